using NodeManager.Core.Configuration;

namespace NodeManager.Core.Tests.Configuration;

/// <summary>Which sessions are protected, and what confirms a change.</summary>
public sealed class ClusterProtectionTests
{
    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("prod", true)]
    [InlineData("PROD", true)]
    [InlineData("lab, prod", true)]
    [InlineData("pr*", true)]
    [InlineData("pro", false)]
    [InlineData("cluster-of-prod", false)]
    public void Contexts_of_the_configuration_are_protected(string? contexts, bool expected)
    {
        NodeManagerSession session = Session("prod", "cluster-of-prod");

        ClusterProtection.Apply(session, new() { ProtectedContexts = contexts });

        Assert.Equal(expected, session.IsProtected);
    }

    [Fact]
    public void A_session_without_a_context_goes_by_its_cluster()
    {
        NodeManagerSession session = Session("", "sandbox");
        ClusterProtection.Apply(session, new() { ProtectedContexts = "sandbox" });
        Assert.True(session.IsProtected);
    }

    [Theory]
    [InlineData("prod", true)]
    [InlineData("Prod", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("other", false)]
    public void Only_the_exact_name_confirms(string? name, bool expected)
    {
        NodeManagerSession session = Session("context", "prod");
        Assert.True(ClusterProtection.IsConfirmed(session, name));
        session.Protect();
        Assert.Equal(expected, ClusterProtection.IsConfirmed(session, name));
        NodeManagerException refusal = ClusterProtection.Refusal(session, name, "Do it.");
        Assert.Equal((ErrorIds.ProtectedCluster, ErrorKind.PermissionDenied), (refusal.ErrorId, refusal.Kind));
    }

    [Fact]
    public void No_layer_of_the_configuration_removes_a_context()
    {
        string folder = Directory.CreateTempSubdirectory("protection").FullName,
            user = Path.Combine(folder, "user.json"),
            project = Path.Combine(folder, "project.json");
        try
        {
            File.WriteAllText(user, """{ "protectedContexts": "prod" }""");
            File.WriteAllText(project, """{ "protectedContexts": null }""");
            Assert.Equal("prod", ConfigurationLayers.Load(user, project, static _ => null).ProtectedContexts);

            File.WriteAllText(project, """{ "protectedContexts": "lab,PROD" }""");
            Assert.Equal("prod,lab", ConfigurationLayers.Load(user, project, static _ => null).ProtectedContexts);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    [Fact]
    public void A_wildcard_that_is_not_valid_is_named_with_its_file()
    {
        string folder = Directory.CreateTempSubdirectory("protection").FullName,
            user = Path.Combine(folder, "user.json");
        try
        {
            File.WriteAllText(user, """{ "protectedContexts": "lab,prod[9-1]" }""");

            NodeManagerException error = Assert.Throws<NodeManagerException>(() => ConfigurationLayers.Load(user, null, static _ => null));

            Assert.Equal(ErrorIds.ConfigurationFileInvalid, error.ErrorId);
            Assert.Contains(user, error.Message, StringComparison.Ordinal);
            Assert.Contains("protectedContexts", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private static NodeManagerSession Session(string context, string cluster) =>
        new()
        {
            Id = 1,
            Cluster = cluster,
            Context = context,
            Source = "Kubeconfig",
            Server = new("https://example.com"),
        };
}
