using Microsoft.CodeAnalysis;

namespace Fcn.Generator.Diagnostics;

// The sentences of every problem. To add one: a ProblemId, a descriptor, a row in AnalyzerReleases.Unshipped.md, a page in docs/diagnostics
// and its place in EveryProblem. Ids are never reused. Every descriptor is a field with all its words written out, because Roslyn's tracking of
// releases (RS2002) reads them there and nowhere else.
internal static class Descriptors
{
    private const string Declaration = "Fcn.Declaration", Shape = "Fcn.Shape", Target = "Fcn.Target", Compiler = "Fcn.Compiler";

    // Every id has its page in the repository.
    private const string Pages = "docs/diagnostics/";

    public static readonly DiagnosticDescriptor NotPartial = new(
        "FCN1001", "A network's class must be partial",
        "'{0}' is not partial, so the compiled network cannot be added to it. Write 'partial class {0}'.",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1001.md");

    public static readonly DiagnosticDescriptor LayersOnTwoParts = new(
        "FCN1002", "Layers must stand on one part of a class",
        "'{0}' has layers on two of its parts, and their order would depend on the order of the files. Move all layers to one "
        + "part.",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1002.md");

    public static readonly DiagnosticDescriptor Nested = new(
        "FCN1003", "A network must not be nested",
        "'{0}' is declared inside '{1}'. Move it to a namespace.",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1003.md");

    public static readonly DiagnosticDescriptor UnsuitableClass = new(
        "FCN1004", "A network must be a plain class",
        "'{0}' is {1}. A network is a plain class: not static, abstract, generic, a record or local to its file, and without a primary constructor.",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1004.md");

    public static readonly DiagnosticDescriptor HasBaseClass = new(
        "FCN1005", "A network must not have a base class",
        "'{0}' derives from '{1}', but a network derives from Fcn.Network. Remove the base class; interfaces may stay.",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1005.md");

    public static readonly DiagnosticDescriptor ClassesOutOfRange = new(
        "FCN1006", "The number of classes must be 2 to 254",
        "Classes is {0}; it must be from 2 to 254, because a label is one byte and 255 means that a pixel is ignored. Count "
        + "the background.",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1006.md");

    public static readonly DiagnosticDescriptor NoLayers = new(
        "FCN1007", "A network needs layers",
        "'{0}' has no layers that read the input. Add a backbone such as [Backbone<Vgg16>] or layers such as [Conv(\"conv1_1\", "
        + "16)] before the score.",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1007.md");

    public static readonly DiagnosticDescriptor NoScore = new(
        "FCN1008", "A network needs a score layer",
        "'{0}' ends with the features of '{1}'. Add [Score], skips if any, and [Upsample].",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1008.md");

    public static readonly DiagnosticDescriptor LayerAfterScore = new(
        "FCN1009", "Features end at the score layer",
        "{0} stands behind the score layer '{1}', where only [Skip] and [Upsample] may follow. Move it before [Score], or let it "
        + "read features with From.",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1009.md");

    public static readonly DiagnosticDescriptor BeforeScore = new(
        "FCN1010", "Skips and upsampling follow the score layer",
        "{0} stands before any score layer, so there are no scores to upsample. Move it behind [Score], or add [Score].",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1010.md");

    public static readonly DiagnosticDescriptor NoUpsample = new(
        "FCN1011", "A network ends with pixels",
        "'{0}' has a head that ends with '{1}' at stride {2}. Add [Upsample({2})] behind it to return to the input's resolution.",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1011.md");

    public static readonly DiagnosticDescriptor LayerAfterUpsample = new(
        "FCN1012", "The final upsampling comes last",
        "{0} stands behind the final upsampling, and no head reads it. Move it before [Upsample], or let another [Score] and "
        + "[Upsample] follow.",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1012.md");

    public static readonly DiagnosticDescriptor InvalidName = new(
        "FCN1013", "A layer's name must be an identifier",
        "'{0}' cannot name a layer, because the name becomes an identifier, a file name and the name of its weights: letters a "
        + "to z, digits and underscores, no digit first, no keyword of C#. '{1}' would do.",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1013.md");

    public static readonly DiagnosticDescriptor DuplicateName = new(
        "FCN1014", "Names must be unique",
        "{0} introduces the name '{1}', but {2} has it already; upper and lower case count as equal. Choose another "
        + "name.",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1014.md");

    public static readonly DiagnosticDescriptor UnknownTap = new(
        "FCN1015", "A skip must tap a layer of the stream",
        "No layer named '{0}' stands before the score. Did you mean '{1}'? There are: {2}.",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1015.md");

    public static readonly DiagnosticDescriptor SettingOutOfRange = new(
        "FCN1016", "A setting is out of range",
        "{0} has {1} = {2}; it must be {3}",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1016.md");

    public static readonly DiagnosticDescriptor GroupsDoNotDivide = new(
        "FCN1017", "Groups must divide the channels",
        "'{0}' has {1} groups, which do not divide its {2} input and {3} output channels. Choose a number that divides both.",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1017.md");

    public static readonly DiagnosticDescriptor MeanLength = new(
        "FCN1018", "The mean needs one value per channel",
        "Values in the mean: {0}; channels of the input: {1}. Give one value per channel, or Mean = new float[0] to subtract "
        + "nothing.",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1018.md");

    public static readonly DiagnosticDescriptor NotABackbone = new(
        "FCN1019", "A backbone must be annotated",
        "'{0}' is not annotated with [Backbone], so its layers cannot stand in a network. Annotate it.",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1019.md");

    public static readonly DiagnosticDescriptor BackboneCycle = new(
        "FCN1020", "A backbone must not contain itself",
        "'{0}' is part of this network already, so its layers would be named twice or never end. Remove this [Backbone].",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1020.md");

    public static readonly DiagnosticDescriptor PoolPad = new(
        "FCN1021", "Padding of a pooling must be less than its kernel",
        "'{0}' has Pad = {1} and Kernel = {2}, so a window could lie in the padding alone. Choose a Pad below the Kernel.",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1021.md");

    public static readonly DiagnosticDescriptor PoolStride = new(
        "FCN1022", "Stride of a pooling must not exceed its kernel",
        "'{0}' has Stride = {1} and Kernel = {2}. As sizes round up, the last window could lie behind the map. Choose a Stride "
        + "up to the Kernel.",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1022.md");

    public static readonly DiagnosticDescriptor GeneratedMember = new(
        "FCN1023", "A name is needed by generated code",
        "{0} is called '{1}', as a member is that the generator adds to every network. Choose another name.",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1023.md");

    public static readonly DiagnosticDescriptor UnknownSource = new(
        "FCN1024", "A layer must read one that stands before it",
        "{0} reads '{1}', but no layer of that name stands before it. Did you mean '{2}'? There are: {3}.",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1024.md");

    public static readonly DiagnosticDescriptor NotRead = new(
        "FCN1025", "Every layer must lead to the scores",
        "Nothing that leads to the scores reads {0}, so it would never learn. Name it in a later layer, such as From = \"{1}\" or "
        + "an input of [Concat] or [Sum], or remove it.",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1025.md");

    public static readonly DiagnosticDescriptor UnreadInput = new(
        "FCN1026", "Every input must be read",
        "{0}: no head of '{2}' reads the input '{1}'. Let a layer begin there with From = \"{1}\", or remove the attribute.",
        Declaration, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN1026.md");

    public static readonly DiagnosticDescriptor CropNotWhole = new(
        "FCN2001", "Maps meet between pixels",
        "'{0}' would have to be cropped by {2} to meet '{1}', which is no whole number of pixels. {3}.",
        Shape, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN2001.md");

    public static readonly DiagnosticDescriptor CropNegative = new(
        "FCN2002", "The scores begin inside the input",
        "'{0}' would have to be cropped by {1}, as it begins {2} px inside the input. {3}.",
        Shape, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN2002.md");

    public static readonly DiagnosticDescriptor SkipStrideMismatch = new(
        "FCN2003", "A skip's strides do not match",
        "'{0}' has stride {1} but '{2}' yields stride {3} / {4} = {5}. {6}.",
        Shape, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN2003.md");

    public static readonly DiagnosticDescriptor FinalStride = new(
        "FCN2004", "The final upsampling must return to stride 1",
        "'{0}' has stride {1}, so upsampling by {2} ends at stride {3}. {4}.",
        Shape, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN2004.md");

    public static readonly DiagnosticDescriptor CropDoesNotFit = new(
        "FCN2005", "A map is too short for its crop",
        "'{0}' must be cropped by {2} to meet '{1}', but is too short: of {5} rows needed it has {4} where the input has {3}. "
        + "{6}.",
        Shape, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN2005.md");

    public static readonly DiagnosticDescriptor TooLarge = new(
        "FCN2006", "A layer is too large",
        "{0} leads to {1}; the limit is {2}. Check its numbers for a typing error.",
        Shape, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN2006.md");

    public static readonly DiagnosticDescriptor JoinStrides = new(
        "FCN2007", "Maps that are joined must have one stride",
        "{0} joins '{1}' of stride {2} and '{3}' of stride {4}. {5}.",
        Shape, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN2007.md");

    public static readonly DiagnosticDescriptor SumChannels = new(
        "FCN2008", "Maps that are added must have the same channels",
        "{0} adds '{1}' of {2} channels and '{3}' of {4}. Bring one to the other's with [Conv(…, {2}, Kernel = 1, Pad = 0)] or its like, "
        + "or join them with [Concat].",
        Shape, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN2008.md");

    public static readonly DiagnosticDescriptor UnsafeNotAllowed = new(
        "FCN4001", "Kernels need unsafe code",
        "The kernels of '{0}' work on raw memory, which this project does not allow. Set <AllowUnsafeBlocks>true</AllowUnsafeBlocks> in the "
        + "project file.",
        Target, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN4001.md");

    public static readonly DiagnosticDescriptor OldLanguage = new(
        "FCN4002", "Generated code needs C# 12",
        "The code of '{0}' is C# 12; this project is compiled as C# {1}. Remove <LangVersion> from the project file, or set it to 12 or "
        + "later.",
        Target, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN4002.md");

    public static readonly DiagnosticDescriptor NotOptimized = new(
        "FCN4003", "Kernels are compiled without optimisation",
        "The kernels of '{0}' are compiled without optimisation and will be many times slower. Build in Release (-c Release), or set "
        + "<Optimize>true</Optimize> in the project file.",
        Target, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: Pages + "FCN4003.md");

    public static readonly DiagnosticDescriptor SignedForIlgpu = new(
        "FCN4004", "ILGPU cannot see into a signed assembly",
        "'{0}' has no kernels for ILGPU: this assembly is signed, and ILGPU's launchers are not. Declare the network in a project without "
        + "<SignAssembly>.",
        Target, DiagnosticSeverity.Warning, isEnabledByDefault: true, helpLinkUri: Pages + "FCN4004.md");

    public static readonly DiagnosticDescriptor UnknownSelection = new(
        "FCN4005", "A word in the choice of what is compiled is not known",
        "The property {0} of this project has '{1}', which is left out of account. It takes a list of: {2}.",
        Target, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN4005.md");

    public static readonly DiagnosticDescriptor OwnFault = new(
        "FCN9001", "The compiler failed",
        "'{0}' could not be compiled because of a fault in the compiler, not in your code: {1} ({2}). Please report it with "
        + "the declaration.",
        Compiler, DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: Pages + "FCN9001.md");

    public static DiagnosticDescriptor Of(ProblemId id) => id switch
    {
        ProblemId.NotPartial => NotPartial,
        ProblemId.LayersOnTwoParts => LayersOnTwoParts,
        ProblemId.Nested => Nested,
        ProblemId.UnsuitableClass => UnsuitableClass,
        ProblemId.HasBaseClass => HasBaseClass,
        ProblemId.ClassesOutOfRange => ClassesOutOfRange,
        ProblemId.NoLayers => NoLayers,
        ProblemId.NoScore => NoScore,
        ProblemId.LayerAfterScore => LayerAfterScore,
        ProblemId.BeforeScore => BeforeScore,
        ProblemId.NoUpsample => NoUpsample,
        ProblemId.LayerAfterUpsample => LayerAfterUpsample,
        ProblemId.InvalidName => InvalidName,
        ProblemId.DuplicateName => DuplicateName,
        ProblemId.UnknownTap => UnknownTap,
        ProblemId.SettingOutOfRange => SettingOutOfRange,
        ProblemId.GroupsDoNotDivide => GroupsDoNotDivide,
        ProblemId.MeanLength => MeanLength,
        ProblemId.NotABackbone => NotABackbone,
        ProblemId.BackboneCycle => BackboneCycle,
        ProblemId.PoolPad => PoolPad,
        ProblemId.PoolStride => PoolStride,
        ProblemId.GeneratedMember => GeneratedMember,
        ProblemId.UnknownSource => UnknownSource,
        ProblemId.NotRead => NotRead,
        ProblemId.UnreadInput => UnreadInput,
        ProblemId.CropNotWhole => CropNotWhole,
        ProblemId.CropNegative => CropNegative,
        ProblemId.SkipStrideMismatch => SkipStrideMismatch,
        ProblemId.FinalStride => FinalStride,
        ProblemId.CropDoesNotFit => CropDoesNotFit,
        ProblemId.TooLarge => TooLarge,
        ProblemId.JoinStrides => JoinStrides,
        ProblemId.SumChannels => SumChannels,
        ProblemId.UnsafeNotAllowed => UnsafeNotAllowed,
        ProblemId.OldLanguage => OldLanguage,
        ProblemId.NotOptimized => NotOptimized,
        ProblemId.SignedForIlgpu => SignedForIlgpu,
        ProblemId.UnknownSelection => UnknownSelection,
        ProblemId.OwnFault => OwnFault,
    };
}
