using Xunit;

namespace Fcn.Tests;

internal static class Refusal
{
    /// <summary>The message with which something is refused; fails where it is not.</summary>
    public static string Of(Action act) => Assert.ThrowsAny<FcnException>(act).Message;
}
