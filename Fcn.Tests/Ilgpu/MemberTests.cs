using Microsoft.CodeAnalysis;
using Xunit;

namespace Fcn.Tests.Ilgpu;

// The list of members is the stand-in, no more and no less; KernelProgram compares every kernel's members with it.
public sealed class MemberTests
{
    [Fact]
    public void The_list_is_what_the_stand_in_has()
    {
        var has = Members.Of(MetadataReference.CreateFromFile(typeof(ILGPU.Group).Assembly.Location));
        Assert.Equal(Members.Listed.Order(StringComparer.Ordinal), has.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_kernel_that_uses_more_is_noticed()
    {
        var program = KernelTexts.Compile([KernelTexts.Scale]);
        var model = program.Source.GetSemanticModel(program.Source.SyntaxTrees.Last());
        Assert.Empty(program.Complaints);
        Assert.Contains("ref T ILGPU.ArrayView<T>.this[int]", Members.Used(model));
        Assert.Contains("int ILGPU.Grid.IdxX", Members.Used(model));
        Assert.DoesNotContain("int ILGPU.Group.LinearIndex", Members.Listed);
    }
}
