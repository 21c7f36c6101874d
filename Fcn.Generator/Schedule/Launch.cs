using Fcn.Generator.Kernels;
using Fcn.Generator.Simplify;

namespace Fcn.Generator.Schedule;

/// One step of a schedule: a kernel over work items (on a GPU over blocks of threads along x). A kernel names its parameters by their roles
/// (fields x, x_H, weight); Roles says what each is for this launch, as the host computes it. Parameters are the kernel's own, in order:
/// roles, and for a role that it divides by the two numbers of the division (Simplify/DivideByFields), which follow from the role's.
internal sealed record Launch(Kernel Kernel, Value Blocks, IReadOnlyList<Value> Parameters, IReadOnlyDictionary<string, Value> Roles)
{
    /// The node that it computes, for profiles and tables.
    public string Label { get; init; } = Kernel.Name;

    public string Name => Kernel.Name;

    /// Memory that it touches, by name: what its pointers point into.
    public IEnumerable<string> Touched => Roles.Values.Where(static a => a.Type.Pointer).Select(Root).Distinct();

    public bool IsOfRuntime => Kernel.Body.Count == 0;

    /// The launch of a kernel whose fields are roles of these bindings or, under the same name, numbers of the frame (N, Step, Labels).
    /// Bindings that the kernel does not read are left out, so that equal kernels have equal parameters.
    public static Launch Of(Kernel kernel, Value blocks, params IEnumerable<KeyValuePair<string, Value>>[] bindings)
    {
        kernel = StepFields.Run(kernel);
        var bound = bindings.SelectMany(static b => b).ToDictionary(static b => b.Key, static b => b.Value);
        var (parameters, roles) = (KernelFields.Of(kernel), new Dictionary<string, Value>());
        foreach (var field in parameters.Select(static p => DivideByFields.Divisor(p) ?? p))
        {
            Value argument = bound.TryGetValue(field.Name, out var given) ? given : field;
            if (argument.Type != field.Type)
                throw new InvalidOperationException($"{kernel.Name}: '{field.Name}' is {field.Type}, it is bound to {argument.Type}.");
            roles[field.Name] = argument;
        }
        return new(kernel, Counting.Wide(blocks), parameters, roles);
    }

    /// The launch of a kernel that the runtime has.
    public static Launch OfRuntime(string kernel, string label, Value items, params (string Role, Value Value)[] arguments) => new(
        new(kernel, "", [], []), Counting.Wide(items), [.. arguments.Select(static a => Value.Field(a.Role, a.Value.Type))],
        arguments.ToDictionary(static a => a.Role, static a => a.Value)) { Label = label };

    /// What the parameters are for this launch, in their order.
    public IReadOnlyList<Value> Arguments => [.. Parameters.Select(p => Argument(p.Name))];

    /// What a parameter is for this launch.
    public Value Argument(string parameter) => Roles.TryGetValue(parameter, out var value) ? value
        : DivideByFields.Argument(Value.Field(parameter, KernelType.Int), role => Roles[role.Name])!;

    public static IEnumerable<KeyValuePair<string, Value>> Bind(string role, Value value) => [new(role, value)];

    private static string Root(Value pointer) => pointer.Op == KernelOp.Field ? pointer.Name : Root(pointer.Sources[0]);
}
