using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Kubernetes.Tests.Selectors;

public sealed class NamePatternTests
{
    [Theory]
    [InlineData("worker-1", "worker-1", true)]
    [InlineData("worker-1", "WORKER-1", true)]
    [InlineData("worker-1", "worker-11", false)]
    [InlineData("*", "", true)]
    [InlineData("w*-?", "worker-1", true)]
    [InlineData("worker-[0-3]", "worker-2", true)]
    [InlineData("worker-[03]", "worker-2", false)]
    [InlineData("[^w]", "^", true)]
    [InlineData("a`*", "a*", true)]
    [InlineData("a`*", "ab", false)]
    [InlineData("a.c*", "abc", false)]
    [InlineData("a[", "a[", true)]
    public void Patterns_match_like_PowerShell_wildcards(string pattern, string name, bool expected) =>
        Assert.Equal(expected, new NamePattern(pattern).Matches(name));

    [Theory]
    [InlineData("worker-[9-1]")]
    [InlineData("[b-a]*")]
    public void A_range_that_ends_before_it_begins_is_an_error(string pattern)
    {
        NodeManagerException error = Assert.Throws<NodeManagerException>(() => new NamePattern(pattern));

        Assert.Equal((ErrorIds.InvalidSelector, ErrorKind.InvalidArgument, pattern), (error.ErrorId, error.Kind, error.Target));
        Assert.False(NamePattern.IsValid(pattern));
        Assert.True(NamePattern.IsValid("worker-[1-9]"));
    }

    [Fact]
    public void One_matching_pattern_is_enough()
    {
        Predicate<string> isMeant = NamePattern.Any(["worker-*", "control-1"]);
        Assert.Equal(["control-1", "worker-1"], new[] { "control-1", "control-2", "worker-1" }.Where(name => isMeant(name)));
        Assert.False(NamePattern.Any([])("worker-1"));
    }
}
