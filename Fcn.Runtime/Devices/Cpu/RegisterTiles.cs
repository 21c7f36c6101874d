using System.ComponentModel;

namespace Fcn.Devices.Cpu;

// The inner loops of convolutions and their gradients. Their text is written by Fcn.Generator while this assembly is built, by the code that writes
// kernels into users' assemblies: what no network changes is compiled once, here. What is rare (a stride of 3, an image of 5 channels) is written
// beside the network that needs it.

/// <summary>
/// Register tiles: 14 pixels x 32 channels in 512-bit vectors, 6 x 16 in 256-bit, 4 x 16 in 128-bit ones. Called by generated kernels.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never), TilesFromGenerator]
public static unsafe partial class RegisterTiles;

// Asks Fcn.Generator for the tiles.
[AttributeUsage(AttributeTargets.Class)]
internal sealed class TilesFromGeneratorAttribute : Attribute;
