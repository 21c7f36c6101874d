using Fcn.Tests.Ptx;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fcn.Tests.Ilgpu;

// What the rewriter found in a kernel, beside its text.
internal sealed class RewrittenKernel(string type, IMethodSymbol method)
{
    /// Begins with what no parameter of a kernel is called.
    public const string Thread = "_thread";

    private readonly List<int> _arrays = [];

    public string Key { get; } = $"{type}.{method.Name}";

    public string StartName { get; } = $"{method.Name}_start";

    public string Type { get; } = type;

    public List<KernelSite> Sites { get; } = [];

    public bool UsesDynamic { get; set; }

    /// A static array's number.
    public int Array(int bytes)
    {
        _arrays.Add(bytes);
        return _arrays.Count - 1;
    }

    /// The method that gives the kernel its arguments.
    public string Start()
    {
        var given = method.Parameters.Select((p, i) => IsView(p.Type, out var element)
            ? FormattableString.Invariant($"arguments.View<{element}>({i})") : FormattableString.Invariant($"arguments.Number<{p.Type}>({i})"));
        return $"public static global::System.Collections.Generic.IEnumerator<int> {StartName}"
            + "(global::Fcn.Tests.Ilgpu.KernelThread thread, global::Fcn.Tests.Ilgpu.KernelArguments arguments) => "
            + $"{method.Name}({string.Join(", ", given.Prepend("thread"))});";
    }

    public CompiledKernel Compiled(KernelSite[] sites, KernelStart start)
    {
        var parameters = method.Parameters
            .Select((p, i) => new PtxParameter(p.Name, IsView(p.Type, out _) ? PtxType.U64 : TypeOf(p.Type), i)).ToList();
        var texts = Sites.Where(static s => s.Assembly is not null).Select(static s => s.Assembly!).ToList();
        var entry = InlineAssembly.Entry(method.Name, parameters, _arrays, UsesDynamic, texts);
        var arrays = new List<(int, int)>();
        int at = 0;
        foreach (int bytes in _arrays)
        {
            arrays.Add((at, bytes));
            at = (at + bytes + InlineAssembly.SharedAlignment - 1) / InlineAssembly.SharedAlignment * InlineAssembly.SharedAlignment;
        }
        return new(entry, arrays, sites, Sites, start);
    }

    public static bool IsView(ITypeSymbol? type, out ITypeSymbol element)
    {
        var named = type as INamedTypeSymbol;
        bool view = named is { Name: "ArrayView", ContainingNamespace.Name: nameof(ILGPU), TypeArguments.Length: 1 };
        element = view ? named!.TypeArguments[0] : null!;
        return view;
    }

    /// The register of a number.
    public static PtxType TypeOf(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_Int32 or SpecialType.System_UInt32 => PtxType.B32,
        SpecialType.System_Int64 or SpecialType.System_UInt64 => PtxType.B64,
        SpecialType.System_Single => PtxType.F32,
        SpecialType.System_Double => PtxType.F64,
        SpecialType.System_Int16 or SpecialType.System_UInt16 => PtxType.B16,
        _ => throw new InvalidOperationException($"{type} is no register of assembly."),
    };
}
