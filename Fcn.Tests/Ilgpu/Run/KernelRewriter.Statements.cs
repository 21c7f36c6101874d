using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fcn.Tests.Ilgpu;

// Statements where a thread waits for others: what it hands over, the number of the place, what it gets back.
internal sealed partial class KernelRewriter
{
    public override SyntaxNode? VisitBlock(BlockSyntax node) =>
        node.WithStatements(SyntaxFactory.List(node.Statements.SelectMany(s => Meeting(s) ?? [(StatementSyntax)Visit(s)!])));

    public override SyntaxNode? VisitExpressionStatement(ExpressionStatementSyntax node) =>
        Meeting(node) is { } statements ? SyntaxFactory.Block(statements) : base.VisitExpressionStatement(node);

    private IEnumerable<StatementSyntax>? Meeting(StatementSyntax statement)
    {
        switch (statement)
        {
            case ExpressionStatementSyntax { Expression: InvocationExpressionSyntax call }:
                return Member(call) switch { "Group" => Barrier(call), "CudaAsm" => Emit(call), _ => null };
            case ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax { Right: InvocationExpressionSyntax call } assignment }
                when Member(call) == "Warp":
                if (assignment is not { Left: IdentifierNameSyntax target, RawKind: (int)SyntaxKind.SimpleAssignmentExpression })
                    throw Refuse(statement, "a shuffle's result goes to a local variable");
                return Shuffle(call, $"{target}");
            case LocalDeclarationStatementSyntax { Declaration: { Variables: [{ Initializer.Value: InvocationExpressionSyntax call } variable] } local }
                when Member(call) == "Warp":
                return Shuffle(call, $"{local.Type} {variable.Identifier}");
            default:
                return null;
        }
    }

    private IEnumerable<StatementSyntax> Barrier(InvocationExpressionSyntax call)
    {
        InKernel(call);
        return Statements(Stop(Site(call, SiteKind.Barrier)));
    }

    private IEnumerable<StatementSyntax> Shuffle(InvocationExpressionSyntax call, string target)
    {
        var (thread, arguments) = (InKernel(call), call.ArgumentList.Arguments);
        var type = ((IMethodSymbol)model.GetSymbolInfo(call).Symbol!).TypeArguments[0];
        string value = Text(arguments[0].Expression), mask = Text(arguments[1].Expression);
        return Statements(
            $"{thread}.Offer<{type}>({value}, {mask});", Stop(Site(call, SiteKind.Shuffle)), $"{target} = {thread}.Taken<{type}>();");
    }

    // Operands have the types of the method's arguments.
    private IEnumerable<StatementSyntax> Emit(InvocationExpressionSyntax call)
    {
        var (thread, arguments) = (InKernel(call), call.ArgumentList.Arguments);
        var types = ((IMethodSymbol)model.GetSymbolInfo(call).Symbol!).TypeArguments;
        bool result = arguments.Count > 1 && arguments[1].RefKindKeyword.IsKind(SyntaxKind.OutKeyword);
        var given = new List<string>();
        for (int i = result ? 1 : 0; i < types.Length; i++)
            given.Add(FormattableString.Invariant($"{thread}.Give<{types[i]}>({i}, {Text(arguments[i + 1].Expression)});"));
        var text = new AssemblyText(Constant<string>(arguments[0].Expression), [.. types.Select(RewrittenKernel.TypeOf)], result);
        given.Add(Stop(Site(call, SiteKind.Assembly, assembly: text)));
        if (result) given.Add($"{Target(arguments[1].Expression, types[0])} = {thread}.Taken<{types[0]}>();");
        return Statements([.. given]);
    }

    private static string Target(ExpressionSyntax expression, ITypeSymbol type) => expression switch
    {
        DeclarationExpressionSyntax { Designation: SingleVariableDesignationSyntax variable } => $"{type} {variable.Identifier}",
        IdentifierNameSyntax name => $"{name}",
        _ => throw Refuse(expression, "a result of assembly goes to a local variable"),
    };

    private static string Stop(int site) => $"yield return {Number(site)};";

    private static IEnumerable<StatementSyntax> Statements(params string[] texts) => texts.Select(t => SyntaxFactory.ParseStatement(t + "\n"));
}
