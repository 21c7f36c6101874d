using Fcn.Generator.Text;
using Xunit;

namespace Fcn.Tests.Generator;

// Names of texts that many kernels share.
public sealed class TextHashTests
{
    // FNV-1a of 64 bits. The two texts have one hash of 32 bits, 0x5e4daa9d: one would have been taken for the other.
    [Fact]
    public void Texts_that_meet_in_32_bits_do_not_in_64()
    {
        Assert.Equal("cbf29ce484222325", TextHash.Of(""));
        Assert.Equal("af63dc4c8601ec8c", TextHash.Of("a"));
        Assert.NotEqual(TextHash.Of("costarring"), TextHash.Of("liquid"));
    }

    [Fact]
    public void Two_texts_of_one_name_are_an_error()
    {
        KeyValuePair<string, string> first = new("copies4", "cp.async"), other = new("copies4", "ld.shared");
        Assert.Equal([first], TextHash.Distinct([first, first]));
        var fault = Assert.Throws<InvalidOperationException>(() => TextHash.Distinct([first, first, other]));
        Assert.Equal("Two texts are named copies4.", fault.Message);
    }
}
