using System.Text;

namespace Fcn.Generator.Emit;

// Texts in, one text out that holds all their lines, and for every text the places it is made of. What a text has in common with those before it, from
// Fewest lines on, is not written again: the kernels of a network differ in little but numbers, and a compiler takes its time over megabytes.
internal sealed class SharedLines
{
    /// Shorter runs are written again: a place costs as much.
    private const int Fewest = 12;

    private readonly StringBuilder _text = new();
    private readonly Dictionary<string, int> _numbers = [];
    private readonly List<int> _lines = [], _starts = [0];
    private readonly Dictionary<long, int> _runs = []; // of Fewest lines, where they first stand
    private int _known;

    public string Text => _text.ToString();

    /// Start and length of every piece, in order. Texts are ASCII and end with a line's end.
    public IReadOnlyList<int> Add(string text)
    {
        var (numbers, ends) = Read(text);
        var places = new List<int>();
        for (int at = 0; at < numbers.Count;)
        {
            int found = -1, count = 1;
            if (at + Fewest <= numbers.Count && _runs.TryGetValue(Hash(numbers, at), out int place) && (count = Equal(numbers, at, place)) >= Fewest) found = place;
            else count = 1;
            if (found < 0) found = Append(numbers[at], text, at == 0 ? 0 : ends[at - 1], ends[at]);
            Extend(places, _starts[found], _starts[found + count] - _starts[found]);
            at += count;
        }
        return places;
    }

    private (List<int> Numbers, List<int> Ends) Read(string text)
    {
        var (numbers, ends) = (new List<int>(), new List<int>());
        for (int from = 0; from < text.Length;)
        {
            int end = text.IndexOf('\n', from) + 1;
            string line = text.Substring(from, end - from);
            if (!_numbers.TryGetValue(line, out int number)) _numbers.Add(line, number = _numbers.Count);
            numbers.Add(number);
            ends.Add(from = end);
        }
        return (numbers, ends);
    }

    private int Append(int number, string text, int from, int end)
    {
        _lines.Add(number);
        _text.Append(text, from, end - from);
        _starts.Add(_text.Length);
        for (; _known + Fewest <= _lines.Count; _known++)
        {
            long hash = Hash(_lines, _known);
            if (!_runs.ContainsKey(hash)) _runs.Add(hash, _known);
        }
        return _lines.Count - 1;
    }

    private int Equal(List<int> numbers, int at, int place)
    {
        int count = 0;
        while (at + count < numbers.Count && place + count < _lines.Count && numbers[at + count] == _lines[place + count]) count++;
        return count;
    }

    private static void Extend(List<int> places, int start, int length)
    {
        if (places.Count > 0 && places[places.Count - 2] + places[places.Count - 1] == start) places[places.Count - 1] += length;
        else places.AddRange([start, length]);
    }

    private static long Hash(List<int> numbers, int at)
    {
        long hash = 0;
        for (int i = at; i < at + Fewest; i++) hash = unchecked(hash * 0x100000001B3 + numbers[i]);
        return hash;
    }
}
