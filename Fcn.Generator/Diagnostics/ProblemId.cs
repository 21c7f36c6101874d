namespace Fcn.Generator.Diagnostics;

// Every error of the compiler; the number is the diagnostic's id (FCN1001) and the name of its page in docs/diagnostics. Never reused.
// Bands: 1xxx declaration, 2xxx shape, 3xxx training, 4xxx target, 9xxx our own fault.
internal enum ProblemId
{
    NotPartial = 1001,
    LayersOnTwoParts = 1002,
    Nested = 1003,
    UnsuitableClass = 1004,
    HasBaseClass = 1005,
    ClassesOutOfRange = 1006,
    NoLayers = 1007,
    NoScore = 1008,
    LayerAfterScore = 1009,
    BeforeScore = 1010,
    NoUpsample = 1011,
    LayerAfterUpsample = 1012,
    InvalidName = 1013,
    DuplicateName = 1014,
    UnknownTap = 1015,
    SettingOutOfRange = 1016,
    GroupsDoNotDivide = 1017,
    MeanLength = 1018,
    NotABackbone = 1019,
    BackboneCycle = 1020,
    PoolPad = 1021,
    PoolStride = 1022,
    GeneratedMember = 1023,
    UnknownSource = 1024,
    NotRead = 1025,
    UnreadInput = 1026,

    CropNotWhole = 2001,
    CropNegative = 2002,
    SkipStrideMismatch = 2003,
    FinalStride = 2004,
    CropDoesNotFit = 2005,
    TooLarge = 2006,
    JoinStrides = 2007,
    SumChannels = 2008,

    UnsafeNotAllowed = 4001,
    OldLanguage = 4002,
    NotOptimized = 4003,
    SignedForIlgpu = 4004,
    UnknownSelection = 4005,

    OwnFault = 9001,
}
