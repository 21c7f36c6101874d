using System.ComponentModel;

namespace Fcn.Devices.Cpu;

// The inner loops of convolutions and their gradients. Their text is written by Fcn.Generator while this assembly is built, by the code that writes
// kernels into users' assemblies: what no network changes is compiled once, here. What is rare (a stride of 3, an image of 5 channels) is written
// beside the network that needs it.

/// <summary>Register tiles of 14 pixels x 32 channels in 512-bit vectors. Called by generated kernels.</summary>
[EditorBrowsable(EditorBrowsableState.Never), RegisterTiles]
public static unsafe partial class Avx512Tiles;

/// <summary>Register tiles of 6 pixels x 16 channels in 256-bit vectors with fused multiply-add. Called by generated kernels.</summary>
[EditorBrowsable(EditorBrowsableState.Never), RegisterTiles]
public static unsafe partial class Avx2Tiles;

/// <summary>Register tiles of 4 pixels x 16 channels in 128-bit vectors, on any processor. Called by generated kernels.</summary>
[EditorBrowsable(EditorBrowsableState.Never), RegisterTiles]
public static unsafe partial class PortableTiles;

// Asks Fcn.Generator for the tiles of the machine that a class is named for.
[AttributeUsage(AttributeTargets.Class)]
internal sealed class RegisterTilesAttribute : Attribute;
