using Fcn.Generator.Simplify;

namespace Fcn.Generator.Schedule;

/// One step of a schedule: a kernel over work items (on a GPU over blocks of threads along x). A kernel names its parameters by their roles (fields
/// x, x_H, weight); Arguments says, in the order of Parameters, what each is for this launch, as the host computes it.
internal sealed record Launch(Kernel Kernel, Value Blocks, IReadOnlyList<Value> Parameters, IReadOnlyList<Value> Arguments)
{
    /// The node that it computes, for profiles and tables.
    public string Label { get; init; } = Kernel.Name;

    public string Name => Kernel.Name;

    /// Memory that it touches, by name: what its pointers point into.
    public IEnumerable<string> Touched => Arguments.Where(static a => a.Type.Pointer).Select(Root).Distinct();

    /// The launch of a kernel whose fields are roles of these bindings or, under the same name, numbers of the frame (N, Step, Labels).
    /// Bindings that the kernel does not read are left out, so that equal kernels have equal parameters.
    public static Launch Of(Kernel kernel, Value blocks, params IEnumerable<KeyValuePair<string, Value>>[] bindings)
    {
        kernel = StepFields.Run(kernel);
        var bound = bindings.SelectMany(static b => b).ToDictionary(static b => b.Key, static b => b.Value);
        var parameters = KernelFields.Of(kernel);
        return new(kernel, Counting.Wide(blocks), parameters, [.. parameters.Select(field =>
        {
            Value argument = Given(field) ?? DivideByFields.Argument(field, Given) ?? field;
            return argument.Type == field.Type ? argument
                : throw new InvalidOperationException($"{kernel.Name}: '{field.Name}' is {field.Type}, it is bound to {argument.Type}.");
        })]);

        Value? Given(Value field) => bound.TryGetValue(field.Name, out var given) ? given : null;
    }

    /// The launch of a kernel that the runtime has.
    public static Launch OfRuntime(string kernel, string label, Value items, params (string Role, Value Value)[] arguments) => new(
        new(kernel, "", [], []), Counting.Wide(items), [.. arguments.Select(static a => Value.Field(a.Role, a.Value.Type))],
        [.. arguments.Select(static a => a.Value)]) { Label = label };

    public bool IsOfRuntime => Kernel.Body.Count == 0;

    public Value Argument(string role) => Arguments[Parameters.Select(static p => p.Name).ToList().IndexOf(role)];

    public static IEnumerable<KeyValuePair<string, Value>> Bind(string role, Value value) => [new(role, value)];

    private static string Root(Value pointer) => pointer.Op == KernelOp.Field ? pointer.Name : Root(pointer.Sources[0]);
}
