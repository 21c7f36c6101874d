using Fcn.Generator.Emit;
using Xunit;

namespace Fcn.Tests.Generator;

// Rows of several variants → one text that has each one's in its order.
public sealed class CommonRowsTests
{
    [Fact]
    public void Equal_rows_are_one_and_others_carry_the_letters_of_theirs() => Assert.Equal(
        "size a 1\nlaunch:p b plain 1\nlaunch:ft b tiles 1\nlaunch:f c d 2\nsize e 3",
        Text(["size a 1", "launch b plain 1", "size e 3"], ["size a 1", "launch b tiles 1", "launch c d 2", "size e 3"], ["size a 1", "launch b tiles 1", "size e 3"]));

    [Fact]
    public void Numbers_that_differ_stand_side_by_side() =>
        Assert.Equal("launch a k 1|2| x\nsize:pf b 3|4", Text(["launch a k 1 x", "size b 3"], ["launch a k 2 x", "size b 4"], ["launch a k 2 x"]));

    [Fact]
    public void Letters_tell_variants_apart() =>
        Assert.Throws<InvalidOperationException>(() => CommonRows.Of([["size a 1"], ["size a 1"]], ['f', 'f']));

    [Fact]
    public void A_star_stands_for_the_variant_where_several_have_the_kernel()
    {
        var names = new CommonNames([("fp32", ["conv_fp32_128x128", "upsample_fp32"]), ("bf16", ["conv_bf16_128x128", "upsample_fp32"])]);
        Assert.Equal(("conv_*_128x128", "conv_*_128x128"), (names.Of("fp32", "conv_fp32_128x128"), names.Of("bf16", "conv_bf16_128x128")));
        Assert.Equal(("upsample_fp32", "upsample_fp32"), (names.Of("fp32", "upsample_fp32"), names.Of("bf16", "upsample_fp32")));
    }

    private static string Text(params List<string>[] variants) => CommonRows.Of(variants, ['p', 'f', 't']);
}
