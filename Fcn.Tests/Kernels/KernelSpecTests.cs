using Fcn.Generator.Kernels;
using Xunit;
using static Fcn.Generator.Kernels.Value;

namespace Fcn.Tests.Kernels;

// Planted faults: each is found once, and named.
public sealed class KernelSpecTests
{
    private static readonly Value Out = Bench.Out, N = Field("n", KernelType.Int), A = Field("a", KernelType.Float);
    private static readonly Statement[] Nothing = [];

    private static IReadOnlyList<string> Faults(KernelFamily family, params Statement[] body) => KernelSpec.Faults([new("k", "", [], body)], family);

    private static string Fault(KernelFamily family, params Statement[] body) => Assert.Single(Faults(family, body));

    private static string Fault(params Statement[] body) => Fault(KernelFamily.Cpu, body);

    private static string Fault(Action<KernelBuilder> write) =>
        Assert.Single(KernelSpec.Faults([Bench.Kernel(write, "k")], KernelFamily.Cpu));

    private static string Fault(Value value) => Fault(Let("v", value.Type, value));

    private static Statement Let(string name, KernelType type, Value value) =>
        new(KernelOp.Let, Variable(name, type), [value], "", Nothing, Nothing);

    private static Statement Store(Value pointer, Value offset, Value value) =>
        new(KernelOp.Store, null, [pointer, offset, value], "", Nothing, Nothing);

    private static Value Make(KernelOp op, KernelType type, params Value[] sources) => new(op, type, sources);

    [Fact]
    public void A_proper_kernel_has_no_faults()
    {
        var kernel = Bench.Kernel(k =>
        {
            var sum = k.Let("sum", Float(0).Spread(16));
            k.For("i", 0, N / 16, i => k.If(i < N - 1, () => k.Assign(sum, sum + Bench.Floats("x").Load(i * 16, 16))), 2);
            k.For("i", 0, N, i => k.Store(Out + i, 0, Select(sum < A, sum, Float(0))));
            k.Store(Field("sum_of_all", KernelType.To(Element.Double)), Item, sum.ReduceAdd().To(Element.Double));
        });
        Assert.Empty(KernelSpec.Faults([kernel], KernelFamily.Cpu));
        Assert.Equal(["bench: 2 kernels have this name"], KernelSpec.Faults([kernel, kernel], KernelFamily.Cpu));
    }

    [Fact]
    public void Variables_are_declared_once_before_their_use_and_where_it_is()
    {
        Assert.Equal("k: f.out[0] = x: x: is not declared here", Fault(Store(Out, 0, Variable("x", KernelType.Float))));
        Assert.Contains("'x' is declared already", Fault(Let("x", KernelType.Int, 1), Let("x", KernelType.Int, 2)));
        Assert.Contains(
            "x: is said to be int but is float",
            Fault(Let("x", KernelType.Float, Float(1)), Let("y", KernelType.Int, Variable("x", KernelType.Int))));
        Assert.Contains("inner: is not declared here", Fault(k =>
        {
            Value? inner = null;
            k.If(N < 2, () => inner = k.Let("inner", Float(1)));
            k.Store(Out, 0, inner!);
        }));
        Assert.Contains("i: is not declared here", Fault(k =>
        {
            Value? counter = null;
            k.For("i", 0, N, i => counter = i);
            k.Let("last", counter!);
        }));
        var loop = Assert.Single(Bench.Kernel(k => k.For("i", 0, N, i => { })).Body);
        Assert.Contains("'i' is declared already", Fault(Let("i", KernelType.Int, 1), loop));
        Assert.Empty(KernelSpec.Faults([new("k", "", [], [loop, loop])], KernelFamily.Cpu));
    }

    [Fact]
    public void Assignments_keep_the_type_and_leave_counters_alone()
    {
        Assert.Contains("the variable is int, the value float", Fault(Let("x", KernelType.Int, Float(1))));
        Assert.Contains("the variable is float, the value floatx4", Fault(k => k.Assign(k.Let("x", Float(1)), Float(1).Spread(4))));
        Assert.Contains("'i' may not be assigned", Fault(k => k.For("i", 0, N, i => k.Assign(i, i + 1))));
        Assert.Contains("a Let statement has no such form", Fault(new Statement(KernelOp.Let, null, [Int(1)], "", Nothing, Nothing)));
    }

    [Fact]
    public void Loops_have_whole_bounds_that_stay()
    {
        Assert.Contains("a bound depends on 'n'", Fault(k =>
        {
            var n = k.Let("n", N + 1);
            k.For("i", 0, n, i => k.If(i < 2, () => k.Assign(n, n - 1)));
        }));
        Assert.Contains("is index, not int", Fault(k => k.For("i", 0, N.To(Element.Index), i => { })));
        Assert.Contains("reads memory", Fault(k => k.For("i", 0, Field("counts", KernelType.To(Element.Int)).Load(0), i => { })));
        Assert.Contains("the step is neither a positive constant nor a field", Fault(k => k.For("i", 0, N, i => { }, 0)));
        Assert.Contains("the condition is int, not bool", Fault(k => k.If(N, () => { })));
        var loop = Assert.Single(Bench.Kernel(k => k.For("i", 0, N, i => { })).Body);
        Assert.Contains("what is unrolled has no constant bounds", Fault(loop with { Name = LoopForm.Unrolled }));
        Assert.Contains("there is no form 'rolled'", Fault(loop with { Name = "rolled" }));
        loop = Assert.Single(Bench.Kernel(k => k.Unrolled("part", 4, part => { })).Body);
        Assert.Empty(Faults(KernelFamily.Gpu, loop));
        Assert.Equal("for part in 0..4 unrolled:", KernelPrinter.Opening(loop));
    }

    [Fact]
    public void Memory_is_reached_through_pointers_of_its_type()
    {
        Assert.Contains("float is no pointer", Fault(k => k.Store(A, 0, Float(1))));
        Assert.Contains("the offset is float, not a whole number", Fault(k => k.Store(Out, A, Float(1))));
        Assert.Contains("stores int to float*", Fault(k => k.Store(Out, 0, Int(1))));
        Assert.Contains("a pointer is stored", Fault(k => k.Store(Out, 0, Out)));
        Assert.Contains("f.out[0]: is said to be double but is float", Fault(Make(KernelOp.Load, KernelType.Double, Out, 0)));
        Assert.Contains("the offset is floatx4", Fault(Out.Load(LaneIndex(4))));
    }

    [Fact]
    public void Operands_fit_their_op()
    {
        Assert.Contains("float meets floatx4", Fault(Make(KernelOp.Add, KernelType.Float, A, A.Spread(4))));
        Assert.Contains("int meets index", Fault(Make(KernelOp.Multiply, KernelType.Int, N, N.To(Element.Index))));
        Assert.Contains("f.a + f.a: is said to be int but is float", Fault(Make(KernelOp.Add, KernelType.Int, A, A)));
        Assert.Contains("does not take float", Fault(A % Float(2)));
        Assert.Contains("does not take int", Fault(N.Exp()));
        Assert.Contains("does not take intx4", Fault(N.Spread(4) + 1));
        Assert.Contains("does not take byte", Fault(Make(KernelOp.Add, new(Element.Byte), A.To(Element.Byte), A.To(Element.Byte))));
        Assert.Contains("does not take int", Fault(Make(KernelOp.And, KernelType.Int, N, N)));
        Assert.Contains("does not take bool", Fault(Make(KernelOp.Less, KernelType.Bool, N < 1, N < 2)));
        Assert.Contains("does not take float", Fault(Make(KernelOp.ReduceAdd, KernelType.Float, A)));
        Assert.Contains("chooses between float and int", Fault(Make(KernelOp.Select, KernelType.Float, N < 1, A, N)));
        var uneven = Make(KernelOp.Select, KernelType.Vector(8), A.Spread(4) < A, A.Spread(8), A.Spread(8));
        Assert.Contains("boolx4 chooses between floatx8", Fault(uneven));
        Assert.Contains("bool does not convert to float", Fault((N < 1).To(Element.Float)));
        Assert.Contains("the seed is float, not int", Fault(Uniform(A, N)));
        Assert.Contains("Exponential has 2 operands, not 1", Fault(Make(KernelOp.Exponential, KernelType.Float, A, A)));
        Assert.Contains("Store is a statement, not a value", Fault(Make(KernelOp.Store, KernelType.Float, A, A)));
        Assert.Contains("floatx3 is no type of a Cpu", Fault(Let("v", KernelType.Float, A.Spread(3).ReduceAdd())));
    }

    [Theory]
    [InlineData(Element.Int, 2147483648.0)]
    [InlineData(Element.Int, 0.5)]
    [InlineData(Element.Byte, 256.0)]
    [InlineData(Element.Float, double.NaN)]
    [InlineData(Element.Float, 1e39)]
    [InlineData(Element.Bool, 2.0)]
    [InlineData(Element.Index, double.PositiveInfinity)]
    public void Constants_are_of_their_type(object element, double number)
    {
        var type = new KernelType((Element)element);
        Assert.Contains($"is no {type}", Fault(new Value(KernelOp.Constant, type, [], number: number)));
    }

    [Fact]
    public void Calls_name_a_function_and_give_what_it_takes()
    {
        var x = Variable("x", KernelType.To(Element.Float));
        Kernel function = new("scale", "", [x, Variable("n", KernelType.Int)], []), kernel = new("other", "", [], []);
        string Call(string name, params Value[] arguments) =>
            Assert.Single(KernelSpec.Faults([Bench.Kernel(k => k.Call(name, arguments)), function, kernel], KernelFamily.Cpu));
        Assert.Contains("there is no function 'sale'", Call("sale", Out, 1));
        Assert.Contains("'scale' takes 2 arguments, not 1", Call("scale", Out));
        Assert.Contains("'n' of 'scale' is int, the argument float", Call("scale", Out, A));
        var wide = function with { Name = "wide", Parameters = [Variable("n", KernelType.Index)] };
        Assert.Empty(KernelSpec.Faults([Bench.Kernel(k => k.Call("wide", N)), wide], KernelFamily.Cpu));
        Assert.Contains("'other' is a kernel to launch, not a function", Call("other"));

        var curious = function with { Body = [Let("m", KernelType.Int, N)] };
        Assert.Contains("f.n: a function sees its parameters alone", Assert.Single(KernelSpec.Faults([curious], KernelFamily.Cpu)));
        var again = function with { Body = [new(KernelOp.Call, null, [x, Int(1)], "scale", [], [])] };
        Assert.Equal(["scale: calls itself"], KernelSpec.Faults([again], KernelFamily.Cpu));
    }

    [Fact]
    public void Names_are_identifiers_and_fields_have_one_type()
    {
        Assert.Contains("'conv1.weight' is no identifier", Fault(Let("v", KernelType.Float, Bench.Floats("conv1.weight").Load(0))));
        Assert.Contains("'2x' is no identifier", Fault(Let("2x", KernelType.Int, 1)));
        Assert.Contains(
            "f.n: is said to be float but is int",
            Fault(Let("v", KernelType.Int, N), Let("w", KernelType.Float, Field("n", KernelType.Float))));
    }

    [Fact]
    public void What_only_blocks_of_threads_do_is_not_for_a_cpu()
    {
        var shared = new Statement(KernelOp.Shared, Variable("tile", new KernelType(Element.Float, 1, true, true)), [Int(64)], "", Nothing, Nothing);
        var barrier = new Statement(KernelOp.Barrier, null, [], "", Nothing, Nothing);
        var multiply = new Statement(KernelOp.MatrixMultiply, null, [A, A, A, A, A, A, A, A, A, A], MatrixFormat.BFloat16, Nothing, Nothing);
        Assert.Contains(Faults(KernelFamily.Cpu, shared), f => f.Contains("Shared is not for a Cpu"));
        Assert.Contains("Barrier is not for a Cpu", Fault(barrier));
        Assert.Contains("Thread is not for a Cpu", Fault(Let("t", KernelType.Int, Value.Thread)));
        Assert.Contains(Faults(KernelFamily.Cpu, multiply), f => f.Contains("MatrixMultiply is not for a Cpu"));
        Assert.Empty(KernelSpec.Faults([new("k", "", [], [shared, barrier, Let("t", KernelType.Int, Value.Thread)])], KernelFamily.Gpu));
        Assert.Contains(Faults(KernelFamily.Gpu, multiply), f => f.Contains("may not be assigned"));
        Assert.Contains("floatx16 is no type of a Gpu", Fault(KernelFamily.Gpu, Let("v", KernelType.Vector(16), Out.Load(0, 16))));
    }
}
