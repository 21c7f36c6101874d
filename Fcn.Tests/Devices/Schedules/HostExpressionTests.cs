using Fcn.Devices.Schedules;
using Fcn.Generator.Emit;
using Fcn.Generator.Kernels;
using Fcn.Tests.Ops;
using Xunit;

namespace Fcn.Tests.Devices.Schedules;

// Arithmetic of the host, from the text of a table.
public sealed class HostExpressionTests
{
    private static readonly string[] Names = ["N", "H", "conv1_1.W", "_"];
    private static readonly long[] Slots = [3, 40, 7, -2];

    [Theory]
    [InlineData("0", 0)]
    [InlineData("N", 3)]
    [InlineData("conv1_1.W", 7)]
    [InlineData("1+2*3", 7)]
    [InlineData("(1+2)*3", 9)]
    [InlineData("10-4-3", 3)]
    [InlineData("10-(4-3)", 9)]
    [InlineData("60/4/5", 3)]
    [InlineData("60/(4*5)", 3)]
    [InlineData("17%5*2", 4)]
    [InlineData("_/2*3", -3)]
    [InlineData("1+2<2*2", 1)]
    [InlineData("H<H", 0)]
    [InlineData("H==8*5", 1)]
    [InlineData("H==8+5", 0)]
    [InlineData("if(N<4,H,N)", 40)]
    [InlineData("if(4<N,H,N)", 3)]
    [InlineData("min(N,H)+max(N,H)", 43)]
    [InlineData("ceil(H,16)", 3)]
    [InlineData("ceil(H-8,16)", 2)]
    [InlineData("ceil(_,3)", 0)]
    [InlineData("ceil(_-2,3)", -1)]
    [InlineData("min(ceil(H+99,8)*max(1,N),if(N==3,(H),0)+1)", 41)]
    [InlineData("4000000000*2", 8_000_000_000)]
    public void Numbers_come_out(string text, long expected) => Assert.Equal(expected, Parse(text).Value(Slots));

    // What is not chosen too.
    [Fact]
    public void Every_operand_is_computed() => Assert.Throws<DivideByZeroException>(() => Parse("if(N<4,H,1/0)").Value(Slots));

    [Theory]
    [InlineData("", "lacks an operand at 0")]
    [InlineData("1+", "lacks an operand at 2")]
    [InlineData("*2", "lacks an operand at 0")]
    [InlineData("-2", "lacks an operand at 0")]
    [InlineData("(1", "lacks ')' at 2")]
    [InlineData("1)", "goes on at 1")]
    [InlineData("1 + 2", "goes on at 1")]
    [InlineData("1<2<3", "goes on at 3")]
    [InlineData("N&1", "goes on at 1")]
    [InlineData("min(1)", "lacks ',' at 5")]
    [InlineData("min(1,2,3)", "lacks ')' at 7")]
    [InlineData("sqrt(4)", "calls 'sqrt', which is no function")]
    public void What_is_no_expression_is_told_with_its_place(string text, string message) =>
        Assert.Contains($"The expression '{text}' {message}", Assert.Throws<FormatException>(() => Parse(text)).Message);

    [Theory]
    [InlineData("9223372036854775807+N")]
    [InlineData("0-9223372036854775807-N")]
    [InlineData("4000000000*H*4000000000")]
    public void What_leaves_64_bits_is_an_overflow(string text) => Assert.Throws<OverflowException>(() => Parse(text).Value(Slots));

    // As deep as an expression may be: every level waits with as many numbers as it can.
    [Fact]
    public void Depth_is_limited_before_the_stack_is_full()
    {
        for (int depth = 1; depth < 200; depth++)
        {
            string text = string.Concat(Enumerable.Repeat("0<1+1*(", depth)) + "1" + new string(')', depth);
            HostExpression parsed;
            try
            {
                parsed = Parse(text);
            }
            catch (FormatException tooDeep)
            {
                Assert.Contains("is nested too deep", tooDeep.Message);
                Assert.InRange(depth, 16, 64);
                return;
            }
            Assert.Equal(1, parsed.Value(Slots));
        }
        Assert.Fail("Any depth is let in.");
    }

    [Fact]
    public void It_knows_what_it_reads()
    {
        Assert.Equal([1, 0, 2], Parse("ceil(H,N)*conv1_1.W").Slots);
        Assert.Empty(Parse("64*2").Slots);
    }

    // What the generator writes is what the runtime computes.
    [Fact]
    public void Text_of_the_generator_means_what_it_says()
    {
        Value n = Value.Field("N", KernelType.Int), h = Value.Field("H", KernelType.Int);
        Value[] values =
        [
            n + h * 2 - 7, (n + h) * (2 - n), n - (h - (n - 1)), n * (h / 3) * 5, n / (h * 2), h % (n + 1), h * (h % 7),
            n + -3, n * -3, -5 + n,
            Value.Min(n, h - 2) + Value.Max(n * 2, 1), Value.Select(n < h, h / n, n), Value.Select(n + 1 < n, n, h) * 2, (h + 15) / 16 * 16,
            n.To(Element.Index) * 3_000_000_000L + h.To(Element.Index),
        ];
        foreach (var value in values)
        {
            string text = HostText.Of(value);
            Assert.Equal((text, HostValue.Of(value, name => Slots[Array.IndexOf(Names, name)])), (text, Parse(text).Value(Slots)));
        }
    }

    [Fact]
    public void Addresses_count_in_bytes()
    {
        Value parameters = Value.Field("N", KernelType.To(Element.Float)), labels = Value.Field("N", KernelType.To(Element.Byte));
        Assert.Equal(3 + 4 * 48, Parse(HostText.Of(parameters + 48)).Value(Slots));
        Assert.Equal(3 + 4 * (40 + 48), Parse(HostText.Of(parameters + 48 + Value.Field("H", KernelType.Int))).Value(Slots));
        Assert.Equal(3 + 48, Parse(HostText.Of(labels + 48)).Value(Slots));
    }

    [Theory]
    [InlineData(0, 3, 1, 0)]
    [InlineData(102, 1, 1, 0)]
    [InlineData(-7, 8, 3, 4)]
    [InlineData(9, 2, 1, -5)]
    public void Extents_are_the_formulas_that_they_are(int inner, int divide, int multiply, int offset)
    {
        var extent = Fcn.Generator.Graph.Extent.Input.Plus(inner).CeilDivide(inner, divide);
        for (int i = 1; i < multiply; i++) extent = extent.Plus(offset + i).CeilDivide(1, 2);
        Assert.Equal(extent.At(40), Parse(HostText.Of(extent, "H")).Value(Slots));
    }

    private static HostExpression Parse(string text) => HostExpression.Parse(text, static name => Array.IndexOf(Names, name));
}
