using NodeManager.Core.Nodes;

namespace NodeManager.Core.Tests.Nodes;

public sealed class KeyPatternsTests
{
    [Theory]
    [InlineData("example.com/a", "example.com/a", true)]
    [InlineData("example.com/a", "example.com/A", false)]
    [InlineData("example.com/*", "example.com/a", true)]
    [InlineData("EXAMPLE.com/*", "example.com/a", true)]
    [InlineData("*/a", "example.com/a", true)]
    [InlineData("*", "plain", true)]
    [InlineData("pl[a-c]?n", "plain", true)]
    [InlineData("example.com/*", "example.org/a", false)]
    [InlineData("*", "kubernetes.io/hostname", false)]
    [InlineData("*", "node-role.kubernetes.io/worker", false)]
    [InlineData("*.kubernetes.io/*", "node-role.kubernetes.io/worker", false)]
    [InlineData("*", "node.alpha.k8s.io/x", false)]
    [InlineData("*", "nodemanager.io/maintenance", false)]
    [InlineData("*", "notkubernetes.io/x", true)]
    [InlineData("kubernetes.io/host*", "kubernetes.io/hostname", true)]
    [InlineData("node-role.kubernetes.io/*", "node-role.kubernetes.io/worker", true)]
    [InlineData("kubernetes.io/hostname", "kubernetes.io/hostname", true)]
    public void A_pattern_matches_system_keys_only_if_it_names_their_domain(string pattern, string key, bool matches) =>
        Assert.Equal(matches, KeyPatterns.Matches(pattern, key));
}
