using Fcn.Generator.Collections;
using Fcn.Generator.Declaration;
using Fcn.Generator.Diagnostics;
using Fcn.Generator.Text;

namespace Fcn.Generator.Layers;

// What can be set on a layer: the name of the attribute's property or constructor parameter, its default and its range.
// Defaults repeat those of the attribute, which the compiler sees as symbols only; a test compares them.
internal abstract record Setting(string Name)
{
    public abstract object? Standard { get; }

    /// Whether the value stands in parentheses: [Conv("conv1_1", 64)].
    public bool Leading { get; init; }

    /// What is wrong with what was written, if anything.
    public virtual Problem? Check(LayerDeclaration layer) => null;

    private protected Problem Outside(LayerDeclaration layer, string value, string range) =>
        Problem.At(layer, Name, ProblemId.SettingOutOfRange, layer.ToString(), Name, value, range);
}

internal abstract record Setting<T>(string Name, T Default) : Setting(Name)
{
    public override object? Standard => Default;

    public virtual T Read(object? given) => given is T value ? value : Default;
}

internal sealed record Whole(string Name, int Default, int Least, int Most) : Setting<int>(Name, Default)
{
    public override Problem? Check(LayerDeclaration layer)
    {
        int value = layer.Get(this);
        return value >= Least && value <= Most
            ? null
            : Outside(layer, Literal.Of(value), $"a whole number from {Literal.Of(Least)} to {Literal.Of(Most)}");
    }
}

/// A finite number from Least up; below Below where that is set.
internal sealed record Real(string Name, double Default, double Least = double.MinValue) : Setting<double>(Name, Default)
{
    public double Below { get; init; } = double.PositiveInfinity;

    public override double Read(object? given) => given is float single ? single : base.Read(given);

    public override Problem? Check(LayerDeclaration layer)
    {
        double value = layer.Get(this);
        if (value >= Least && value < Below) return null;
        string least = Least == double.MinValue ? "a finite number" : $"a finite number of at least {Literal.Of(Least)}";
        return Outside(layer, Literal.Of(value), double.IsInfinity(Below) ? least : $"{least} and less than {Literal.Of(Below)}");
    }
}

internal sealed record Flag(string Name, bool Default) : Setting<bool>(Name, Default);

/// One of an enum's members, by number.
internal sealed record Choice(string Name, int Default, string Type, EquatableArray<string> Members) : Setting<int>(Name, Default)
{
    public override Problem? Check(LayerDeclaration layer)
    {
        int value = layer.Get(this);
        return value >= 0 && value < Members.Count
            ? null
            : Outside(layer, Literal.Of(value), string.Join(" or ", Members.Select(m => $"{Type}.{m}")));
    }
}

internal sealed record Numbers(string Name, EquatableArray<float> Default) : Setting<EquatableArray<float>>(Name, Default)
{
    public override Problem? Check(LayerDeclaration layer)
    {
        foreach (float value in layer.Get(this))
            if (float.IsNaN(value) || float.IsInfinity(value)) return Outside(layer, Literal.Of(value), "finite numbers");
        return null;
    }
}

/// The name that a layer introduces.
internal sealed record NewName(string Name, string Default = "") : Setting<string>(Name, Default)
{
    public override Problem? Check(LayerDeclaration layer) => Check(layer, Name, layer.Get(this));

    public static Problem? Check(LayerDeclaration layer, string setting, string name) => Identifier.IsPlain(name) && !Identifier.IsKeyword(name)
        ? null
        : Problem.At(layer, setting, ProblemId.InvalidName, name, Identifier.Nearest(name));
}

/// The name of another layer.
internal sealed record Reference(string Name) : Setting<string>(Name, "");

/// The names of several other layers.
internal sealed record References(string Name, int Least) : Setting<EquatableArray<string>>(Name, [])
{
    public override Problem? Check(LayerDeclaration layer)
    {
        int count = layer.Get(this).Count;
        return count >= Least ? null : Outside(layer, Literal.Of(count), $"the names of {Literal.Of(Least)} layers or more");
    }
}

internal static class SettingsOfDeclarations
{
    /// What was written for a setting, else its default.
    public static T Get<T>(this LayerDeclaration layer, Setting<T> setting) => setting.Read(layer.Find(setting.Name));
}
