using System.Buffers.Binary;
using System.Text;

namespace Fcn.Tests.Fuzz;

/// <summary>
/// Damages files as disks, networks and adversaries do: cut, flipped, overwritten with extremes, moved, doubled, spliced with words of the
/// format. The same seed gives the same files.
/// </summary>
/// <param name="seed">Starts the sequence.</param>
/// <param name="words">Words of the format that are spliced in: chunk names, keys, numbers.</param>
internal sealed class Mutations(int seed, params string[] words)
{
    private static readonly byte[] Extremes = [0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF];

    private static readonly long[] Numbers =
    [
        0, 1, -1, 2, 255, 256, 65535, 65536, 100_000_000, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 40, long.MaxValue, long.MinValue,
    ];

    private static readonly string[] Decimals =
    [
        "0", "1", "-1", "-0", "1e3", "0.5", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808",
        "99999999999999999999",
    ];

    private readonly Random _random = new(seed);
    private readonly byte[][] _words = [.. words.Select(Encoding.Latin1.GetBytes)];

    /// <summary>A damaged copy: one to three wounds.</summary>
    public byte[] Next(byte[] original)
    {
        var bytes = new List<byte>(original);
        for (int wounds = _random.Next(1, 4); wounds > 0; wounds--) Wound(bytes);
        return [.. bytes];
    }

    private void Wound(List<byte> bytes)
    {
        if (bytes.Count == 0) bytes.Add(0);
        int at = _random.Next(bytes.Count), length = 1 + _random.Next(Math.Min(32, bytes.Count - at));
        switch (_random.Next(11))
        {
            case 0:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 1:
                for (int flips = _random.Next(1, 9); flips > 0; flips--) bytes[_random.Next(bytes.Count)] ^= (byte)(1 << _random.Next(8));
                break;
            case 2:
                bytes[at] = Extremes[_random.Next(Extremes.Length)];
                break;
            case 3:
                Overwrite(bytes, at, Number(1 << _random.Next(1, 4)));
                break;
            case 4:
                bytes.RemoveRange(at, length);
                break;
            case 5:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 6:
                byte[] noise = new byte[length];
                _random.NextBytes(noise);
                bytes.InsertRange(at, noise);
                break;
            case 7:
                List<byte> moved = bytes.GetRange(at, length);
                bytes.RemoveRange(at, length);
                bytes.InsertRange(_random.Next(bytes.Count + 1), moved);
                break;
            case 8:
                for (int i = at; i < at + length; i++) bytes[i] = bytes[at];
                break;
            case 9 when _words.Length > 0:
                byte[] word = _words[_random.Next(_words.Length)];
                if (_random.Next(2) == 0) bytes.InsertRange(at, word);
                else Overwrite(bytes, at, word);
                break;
            default:
                ReplaceDecimal(bytes, at);
                break;
        }
    }

    private byte[] Number(int width)
    {
        byte[] number = new byte[8];
        long value = Numbers[_random.Next(Numbers.Length)];
        if (_random.Next(2) == 0) BinaryPrimitives.WriteInt64LittleEndian(number, value);
        else BinaryPrimitives.WriteInt64BigEndian(number, value << (64 - 8 * width));
        return number[..width];
    }

    private static void Overwrite(List<byte> bytes, int at, byte[] with)
    {
        for (int i = 0; i < with.Length && at + i < bytes.Count; i++) bytes[at + i] = with[i];
    }

    // The next number in plain digits gives way to one that is hard to digest.
    private void ReplaceDecimal(List<byte> bytes, int at)
    {
        int from = bytes.FindIndex(at, static b => b is >= (byte)'0' and <= (byte)'9');
        if (from < 0) return;
        int end = bytes.FindIndex(from, static b => b is < (byte)'0' or > (byte)'9');
        bytes.RemoveRange(from, (end < 0 ? bytes.Count : end) - from);
        bytes.InsertRange(from, Encoding.ASCII.GetBytes(Decimals[_random.Next(Decimals.Length)]));
    }
}
