namespace Fcn.Tests.Ptx;

internal enum Special { TidX, NtidX, CtaidX, NctaidX, LaneId, WarpId, Zero, One, DynamicShared }

internal readonly record struct Register(PtxType Type, int Slot);

// Where the registers of an entry lie in a warp's memory. A slot is 32 lanes of 4 bytes; 64-bit registers take two. Literals and special
// registers have slots too, filled before the first instruction, so that an instruction reads nothing but slots.
// Predicates are numbered apart: one 32-bit mask each.
internal sealed class RegisterFile
{
    private readonly Dictionary<string, Register> _named = [];
    private readonly Dictionary<(ulong Bits, bool Wide), int> _literals = [];
    private readonly Dictionary<Special, int> _specials = [];
    private readonly List<string> _slotNames = [];
    private readonly List<string> _predicateNames = [];

    public int Slots => _slotNames.Count;
    public int Predicates => _predicateNames.Count;
    public IEnumerable<(ulong Bits, bool Wide, int Slot)> Literals => _literals.Select(l => (l.Key.Bits, l.Key.Wide, l.Value));
    public IEnumerable<(Special Special, int Slot)> Specials => _specials.Select(s => (s.Key, s.Value));

    public string NameOf(int slot) => _slotNames[slot];

    public string PredicateName(int index) => _predicateNames[index];

    public bool TryDeclare(string name, PtxType type)
    {
        if (type != PtxType.Pred) return _named.TryAdd(name, new(type, Slots)) && Reserve(name, type.Size() == 8) >= 0;
        if (!_named.TryAdd(name, new(type, Predicates))) return false;
        _predicateNames.Add(name);
        return true;
    }

    public bool TryFind(string name, out Register register) => _named.TryGetValue(name, out register);

    public int Literal(ulong bits, bool wide)
    {
        if (!_literals.TryGetValue((bits, wide), out int slot)) _literals[(bits, wide)] = slot = Reserve("literal", wide);
        return slot;
    }

    public int SpecialSlot(Special special)
    {
        if (!_specials.TryGetValue(special, out int slot)) _specials[special] = slot = Reserve(special.ToString(), wide: false);
        return slot;
    }

    private int Reserve(string name, bool wide)
    {
        _slotNames.Add(name);
        if (wide) _slotNames.Add(name);
        return _slotNames.Count - (wide ? 2 : 1);
    }
}
