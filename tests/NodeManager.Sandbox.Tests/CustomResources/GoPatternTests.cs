using System.Text.RegularExpressions;
using NodeManager.Sandbox.Model.Resources;

namespace NodeManager.Sandbox.Tests.CustomResources;

/// <summary>Patterns of schemas. The expected values are those of Go's regexp.</summary>
public sealed class GoPatternTests
{
    [Theory]
    [InlineData("^[a-z]+$", "abc", true)]
    [InlineData("^[a-z]+$", "abc\n", false)]
    [InlineData("b", "abc", true)]
    [InlineData(@"^\d+$", "12", true)]
    [InlineData(@"^\d+$", "١٢", false)]
    [InlineData(@"^\w+$", "a_1", true)]
    [InlineData(@"^\w+$", "ä", false)]
    [InlineData(@"^[\d.]+$", "1.2", true)]
    [InlineData(@"^[^\s]+$", "a b", false)]
    [InlineData(@"^\S+$", "a\u00a0b", true)]
    [InlineData(@"^[]a$]+$", "]a$", true)]
    [InlineData(@"^\$[a-z]$", "$a", true)]
    [InlineData("^(?P<first>a)b$", "ab", true)]
    [InlineData("^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$", "a.b-c", true)]
    [InlineData("^(25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})$", "256", false)]
    public void A_pattern_matches_as_in_Go(string pattern, string text, bool expected) =>
        Assert.Equal(expected, Assert.IsType<Regex>(GoPattern.Read(pattern)).IsMatch(text));

    [Theory]
    [InlineData("(?=a)")]
    [InlineData("(?<!a)b")]
    [InlineData(@"(a)\1")]
    [InlineData("(")]
    [InlineData("[a")]
    public void A_pattern_that_Go_refuses_is_refused(string pattern) => Assert.Null(GoPattern.Read(pattern));

    // Each took the whole second that a match was given, and a schema may have thousands of elements.
    [Fact]
    public void An_ambiguous_pattern_is_judged_without_trying_its_readings()
    {
        Regex pattern = GoPattern.Read("^(a+)+$")!;
        string text = new string('a', 5000) + "!";
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        for (int i = 0; i < 100; i++)
            Assert.DoesNotMatch(pattern, text);

        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 50);
    }
}
