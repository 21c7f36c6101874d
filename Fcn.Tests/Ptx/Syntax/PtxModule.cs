namespace Fcn.Tests.Ptx;

/// <summary>A parameter of an entry: its name, type and place in the argument list.</summary>
internal sealed record PtxParameter(string Name, PtxType Type, int Index);

/// <summary>A module of PTX text after every check that needs no execution.</summary>
internal sealed class PtxModule
{
    internal PtxModule(PtxLevel level, IReadOnlyList<PtxEntry> entries) => (Level, Entries) = (level, entries);

    internal PtxLevel Level { get; }

    /// <summary>The <c>.version</c> of the header, such as 7.5.</summary>
    public Version Version => Level.Version;

    /// <summary>The number of the <c>.target</c>, such as 80.</summary>
    public int Target => Level.Target;

    /// <summary>The kernels in the order of the text.</summary>
    public IReadOnlyList<PtxEntry> Entries { get; }

    /// <summary>The kernel of that name; <see cref="KeyNotFoundException"/> with the names that exist otherwise.</summary>
    public PtxEntry this[string name] => Entries.FirstOrDefault(e => e.Name == name)
        ?? throw new KeyNotFoundException($"no entry '{name}' among " + string.Join(", ", Entries.Select(e => e.Name)));

    /// <summary>Parses and checks PTX text; <see cref="PtxSyntaxException"/> names the line that is wrong.</summary>
    public static PtxModule Parse(string text) => new PtxParser(text).Module();
}

/// <summary>One kernel, ready to be launched.</summary>
internal sealed class PtxEntry
{
    /// <summary>The kernel's name.</summary>
    public required string Name { get; init; }

    /// <summary>Parameters in order; a launch gives one 8-byte slot for each.</summary>
    public required IReadOnlyList<PtxParameter> Parameters { get; init; }

    /// <summary>The product of <c>.maxntid</c> or <c>.reqntid</c>, 1024 without.</summary>
    public required int MaxThreads { get; init; }

    /// <summary>Bytes of <c>.shared</c> arrays with a fixed size; dynamic shared memory follows them.</summary>
    public required int StaticSharedBytes { get; init; }

    internal required bool HasDynamicShared { get; init; }
    internal required Instruction[] Code { get; init; }
    internal required RegisterFile Registers { get; init; }
    internal required string[] Lines { get; init; }

    internal string Text(Instruction at) => at.Source ?? Lines[at.Line - 1].Trim();
}
