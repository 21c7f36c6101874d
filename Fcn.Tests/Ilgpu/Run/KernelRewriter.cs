using Fcn.Tests.Ptx;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fcn.Tests.Ilgpu;

// Kernels → iterators that stop where a thread meets others; element accesses → calls that are checked. Sites are numbered over all kernels of a
// program. What a kernel may not say in ILGPU's dialect is refused in words. Statements that meet others are in the other part.
internal sealed partial class KernelRewriter(SemanticModel model, List<KernelSite> sites) : CSharpSyntaxRewriter
{
    private const string Access = "global::Fcn.Tests.Ilgpu.MemoryAccess", Of = RewrittenKernel.Thread;

    private RewrittenKernel? _kernel;

    public List<RewrittenKernel> Kernels { get; } = [];

    // A kernel is a public static method of a class, without a result; others are what it calls.
    public override SyntaxNode? VisitMethodDeclaration(MethodDeclarationSyntax node)
    {
        var symbol = model.GetDeclaredSymbol(node)!;
        if (node.Body is null || symbol is not { ContainingType.TypeKind: TypeKind.Class, ReturnsVoid: true, IsStatic: true, DeclaredAccessibility: Accessibility.Public })
            return base.VisitMethodDeclaration(node);
        _kernel = new(symbol.ContainingType.ToString()!, symbol);
        Kernels.Add(_kernel);
        var body = (BlockSyntax)Visit(node.Body)!;
        var parameter = SyntaxFactory.ParseParameterList($"(global::Fcn.Tests.Ilgpu.KernelThread {Of})").Parameters[0];
        var rewritten = node
            .WithReturnType(SyntaxFactory.ParseTypeName("global::System.Collections.Generic.IEnumerator<int> "))
            .WithParameterList(node.ParameterList.WithParameters(node.ParameterList.Parameters.Insert(0, parameter)))
            .WithBody(body.AddStatements(SyntaxFactory.ParseStatement("yield break;\n")));
        _kernel = null;
        return rewritten;
    }

    public override SyntaxNode? VisitClassDeclaration(ClassDeclarationSyntax node)
    {
        int before = Kernels.Count;
        var rewritten = (ClassDeclarationSyntax)base.VisitClassDeclaration(node)!;
        return rewritten.AddMembers([.. Kernels.Skip(before).Select(static k => SyntaxFactory.ParseMemberDeclaration(k.Start())!)]);
    }

    public override SyntaxNode? VisitReturnStatement(ReturnStatementSyntax node) =>
        _kernel is not null && node.Expression is null ? SyntaxFactory.ParseStatement("yield break;\n") : base.VisitReturnStatement(node);

    public override SyntaxNode? VisitElementAccessExpression(ElementAccessExpressionSyntax node)
    {
        if (!IsView(node, out var element)) return base.VisitElementAccessExpression(node);
        int site = Site(node, SiteKind.Access, BytesOf(element));
        return Expression($"{Access}.Read({Text(node.Expression)}, {Index(node)}, {Number(site)})");
    }

    public override SyntaxNode? VisitAssignmentExpression(AssignmentExpressionSyntax node)
    {
        if (!(node.Left is ElementAccessExpressionSyntax left && IsView(left, out var element))) return base.VisitAssignmentExpression(node);
        if (!node.IsKind(SyntaxKind.SimpleAssignmentExpression)) throw Refuse(node, "elements are read and written, not changed in place");
        int site = Site(node, SiteKind.Access, BytesOf(element));
        return Expression($"{Access}.Write({Text(left.Expression)}, {Index(left)}, {Text(node.Right)}, {Number(site)})");
    }

    public override SyntaxNode? VisitArgument(ArgumentSyntax node)
    {
        if (node.RefKindKeyword.IsKind(SyntaxKind.None)) return base.VisitArgument(node);
        if (!(node.Expression is ElementAccessExpressionSyntax place && IsView(place, out var element))) return base.VisitArgument(node);
        if (!(node.Parent?.Parent is InvocationExpressionSyntax call && Member(call) == "Atomic"))
            throw Refuse(node, "only atomic operations change an element in place");
        int site = Site(node, SiteKind.Access, BytesOf(element));
        return node.WithExpression(Expression($"{Access}.Reach({Text(place.Expression)}, {Index(place)}, {Number(site)})"));
    }

    public override SyntaxNode? VisitMemberAccessExpression(MemberAccessExpressionSyntax node) => model.GetSymbolInfo(node).Symbol switch
    {
        IPropertySymbol { ContainingNamespace.Name: nameof(ILGPU), ContainingType.Name: "Grid" or "Group" } property =>
            Expression(InKernel(node) + (property.ContainingType.Name, property.Name) switch
            {
                ("Grid", "IdxX") => ".Block",
                ("Grid", "DimX") => ".Blocks",
                ("Group", "IdxX") => ".Index",
                ("Group", "DimX") => ".Threads",
                _ => throw Refuse(node, "the stand-in does not know it"),
            }),
        _ => base.VisitMemberAccessExpression(node),
    };

    public override SyntaxNode? VisitInvocationExpression(InvocationExpressionSyntax node)
    {
        switch (Member(node))
        {
            case "Group" or "Warp" or "CudaAsm":
                throw Refuse(node, "it has to be a statement of the kernel itself");
            case "SharedMemory":
                var method = (IMethodSymbol)model.GetSymbolInfo(node).Symbol!;
                string kernel = InKernel(node), element = method.TypeArguments[0].ToString()!;
                if (method.Name == "GetDynamic")
                {
                    _kernel!.UsesDynamic = true;
                    return Expression($"{kernel}.Dynamic<{element}>()");
                }
                int length = Constant<int>(node.ArgumentList.Arguments[0].Expression);
                return Expression($"{kernel}.Shared<{element}>({Number(_kernel!.Array(length * BytesOf(method.TypeArguments[0])))})");
            default:
                return base.VisitInvocationExpression(node);
        }
    }

    // The class of the stand-in that a call goes to.
    private string? Member(InvocationExpressionSyntax call) =>
        model.GetSymbolInfo(call).Symbol is IMethodSymbol { IsStatic: true } method
            && method.ContainingNamespace.ToString()!.StartsWith(nameof(ILGPU), StringComparison.Ordinal) ? method.ContainingType.Name : null;

    private bool IsView(ElementAccessExpressionSyntax node, out ITypeSymbol element) =>
        RewrittenKernel.IsView(model.GetTypeInfo(node.Expression).Type, out element);

    private string Index(ElementAccessExpressionSyntax node) => Text(node.ArgumentList.Arguments.Single().Expression);

    private string Text(SyntaxNode node) => Visit(node)!.ToString();

    private static ExpressionSyntax Expression(string text) => SyntaxFactory.ParseExpression(text);

    private static string Number(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private string InKernel(SyntaxNode node) => _kernel is not null ? Of : throw Refuse(node, "only a kernel itself may say it");

    private T Constant<T>(ExpressionSyntax expression) =>
        model.GetConstantValue(expression) is { HasValue: true, Value: T value } ? value : throw Refuse(expression, "it has to be a constant");

    private int Site(SyntaxNode node, SiteKind kind, int bytes = 0, AssemblyText? assembly = null)
    {
        string text = node.ToString();
        var site = new KernelSite(sites.Count, kind, bytes)
        {
            Line = node.GetLocation().GetLineSpan().StartLinePosition.Line + 1, Opcode = kind.ToString(), Assembly = assembly,
            Source = text.Length > 120 ? text[..120] + "…" : text,
        };
        sites.Add(site);
        _kernel?.Sites.Add(site);
        return site.Number;
    }

    // Structures are so many floats or words, one behind the other.
    private static int BytesOf(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_Byte or SpecialType.System_SByte => 1,
        SpecialType.System_Int16 or SpecialType.System_UInt16 => 2,
        SpecialType.System_Int32 or SpecialType.System_UInt32 or SpecialType.System_Single => 4,
        SpecialType.System_Int64 or SpecialType.System_UInt64 or SpecialType.System_Double => 8,
        _ => type.GetMembers().OfType<IFieldSymbol>().Where(static f => !f.IsStatic).Sum(static f => BytesOf(f.Type)),
    };

    private static InvalidOperationException Refuse(SyntaxNode node, string reason) =>
        new(FormattableString.Invariant($"line {node.GetLocation().GetLineSpan().StartLinePosition.Line + 1} `{node}`: {reason}"));
}
