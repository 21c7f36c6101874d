// What the stand-in of Fcn.Tests offers to kernels is what the package has, signature by signature.
using Fcn.Tests.Ilgpu;
using Microsoft.CodeAnalysis;
using Xunit;

namespace Fcn.Integrations.Tests.Ilgpu;

public sealed class MemberTests
{
    [Fact]
    public void ThePackageHasWhatTheStandInHas()
    {
        var package = Members.Of(MetadataReference.CreateFromFile(typeof(ILGPU.Group).Assembly.Location)).ToHashSet();
        Assert.NotEmpty(Members.Listed);
        Assert.Empty(Members.Listed.Except(package));
    }
}
