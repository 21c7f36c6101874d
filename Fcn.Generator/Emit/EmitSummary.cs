using Fcn.Generator.Declaration;
using Fcn.Generator.Graph;
using Fcn.Generator.Layers;
using Fcn.Generator.Ops;
using Fcn.Generator.Text;

namespace Fcn.Generator.Emit;

// The static property Summary: the layer table as values, its size formulas as functions.
internal static class EmitSummary
{
    public static void Write(SourceWriter writer, NetworkDeclaration network, LayerTable table)
    {
        // Made when it is first asked for: static members of the user's part may ask before any initialiser of this part has run.
        writer.Line("private static global::Fcn.NetworkSummary? _summary;\n");
        writer.Line("/// <summary>The layer table: shapes as formulas, strides, receptive fields, parameters and crops.</summary>");
        writer.Line("public static global::Fcn.NetworkSummary Summary =>");
        using (writer.Open("    global::System.Threading.LazyInitializer.EnsureInitialized(ref _summary, static () => new(", "));"))
        {
            writer.Line($"{Literal.Quoted(network.Name)},");
            writer.Line($"[{string.Join(", ", network.Inputs.Select(Input))}],");
            writer.Line($"[{string.Join(", ", table.Heads.Select(Head))}],");
            using (writer.Open("[", "],"))
                foreach (var row in table.Rows) writer.Line($"{Row(row)},");
            using (writer.Open("[", "]"))
                foreach (var parameter in table.Parameters) writer.Line($"{Parameter(parameter)},");
        }
    }

    private static string Input(LayerDeclaration input) =>
        $"new global::Fcn.InputSummary({Literal.Of(input.Get(InputLayer.Channels))}, "
        + $"global::Fcn.ChannelOrder.{InputLayer.Order.Members[input.Get(InputLayer.Order)]}, "
        + $"[{string.Join(", ", input.Get(InputLayer.Mean).Select(Literal.Single))}], "
        + $"{Literal.Single((float)input.Get(InputLayer.Scale))}, {Literal.Quoted(input.Get(InputLayer.Name))})";

    private static string Head(Head head) =>
        $"new global::Fcn.HeadSummary({Literal.Quoted(head.Name)}, {Literal.Of(head.Classes)}, {Literal.Single((float)head.LossWeight)})";

    private static string Row(LayerRow row) =>
        $"new({Literal.Quoted(row.Name)}, {Literal.Quoted(row.Kind.ToString().ToLowerInvariant())}, {Literal.Of(row.Channels)}, "
        + $"{Literal.Quoted(row.Size.Format("H"))}, static n => {row.Size.Code("n")}, "
        + $"{Literal.Of(row.Stride)}, {OrNull(row.Field)}, {Literal.Of(row.Parameters)}, {OrNull(row.Crop)}, "
        + $"{Literal.Of(row.MultiplyAdds)})";

    private static string Parameter(Node node)
    {
        var parameter = (Parameter)node.Op;
        var (o, i, k) = (parameter.Dimensions.Out, parameter.Dimensions.In, parameter.Dimensions.Kernel);
        string shape = parameter.Bias ? $"[{Literal.Of(o)}]" : $"[{Literal.Of(o)}, {Literal.Of(i)}, {Literal.Of(k)}, {Literal.Of(k)}]";
        string rates = $"{Literal.Single((float)parameter.Rate)}, {Literal.Single((float)parameter.Decay)}";
        string kind = parameter.IsState ? " { Kind = global::Fcn.ParameterKind.State }" : "";
        return $"new({Literal.Quoted(node.Name)}, {shape}, global::Fcn.Fill.{parameter.Fill}, {rates}){kind}";
    }

    private static string OrNull(int? value) => value is { } number ? Literal.Of(number) : "null";
}
