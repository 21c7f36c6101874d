namespace Fcn;

/// <summary>
/// Declares a list of layers that networks share, such as the trunk of VGG-16, and the <see cref="InputAttribute"/> that they expect. The
/// class itself is not compiled into a network.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class BackboneAttribute : Attribute;

/// <summary>Puts the layers of a backbone at this place in the stream of a network.</summary>
/// <typeparam name="TBackbone">A class annotated with <see cref="BackboneAttribute"/>.</typeparam>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class BackboneAttribute<TBackbone> : Attribute where TBackbone : class;
