using NodeManager.Core.Sessions;

namespace NodeManager.Core.Tests.Sessions;

/// <summary>Which session an object selects, by what the object and the sessions know of their clusters.</summary>
public sealed class ObjectOriginTests
{
    // (name, identity) of the object, whether it has the UID of a node; of the sessions; -Session given; changes. Expected: the session's id, or the error.
    [Theory]
    [InlineData("prod", "A", false, "prod=A", false, true, "1")]
    [InlineData("prod", "A", true, "prod=B", false, true, ErrorIds.WrongCluster)]
    [InlineData("prod", "A", true, "prod=B", false, false, ErrorIds.WrongCluster)]
    [InlineData("prod", "A", true, "prod=B", true, true, ErrorIds.WrongCluster)]
    [InlineData("prod", "A", true, "prod=B other=A", false, true, "2")]
    [InlineData("prod", "A", true, "prod=A prod-2=A", false, true, "1")]
    [InlineData("prod", "A", true, "one=A two=A", false, true, ErrorIds.SessionAmbiguous)]
    [InlineData("prod", "A", true, "prod-2=B", false, true, ErrorIds.SessionNotFound)]
    [InlineData("", "A", false, "prod=A", false, true, "1")]
    [InlineData("", "A", false, "prod=B", false, true, ErrorIds.SessionNotFound)]
    // The identity is missing on one side: the name and the UID of the node decide.
    [InlineData("prod", "", true, "prod=A", false, true, "1")]
    [InlineData("prod", "A", true, "prod=", false, true, "1")]
    [InlineData("prod", "", true, "prod=", false, true, "1")]
    [InlineData("prod", "", true, "other=A", false, true, ErrorIds.SessionNotFound)]
    [InlineData("prod", "", false, "prod=A", false, true, ErrorIds.ClusterUnverified)]
    [InlineData("prod", "A", false, "prod=", false, true, ErrorIds.ClusterUnverified)]
    [InlineData("prod", "", false, "prod=", false, true, ErrorIds.ClusterUnverified)]
    [InlineData("prod", "", false, "prod=A", true, true, "1")]
    [InlineData("prod", "A", false, "prod=", true, true, "1")]
    [InlineData("prod", "", false, "other=A", true, true, ErrorIds.SessionNotFound)]
    [InlineData("prod", "", false, "prod=A", false, false, "1 with a warning")]
    [InlineData("prod", "A", false, "prod=", false, false, "1 with a warning")]
    [InlineData("prod", "", true, "prod=A", false, false, "1")]
    public void The_identity_of_the_cluster_decides(
        string cluster,
        string uid,
        bool hasNodeUid,
        string sessions,
        bool isNamed,
        bool changes,
        string expected
    )
    {
        NodeManagerSession[] connected =
        [
            .. sessions.Split(' ').Select(static (text, i) => Session(i + 1, text.Split('=')[0], text.Split('=')[1])),
        ];

        string actual;
        try
        {
            SessionMatch match = SessionChoice.ForObject(new(cluster, uid, "", hasNodeUid), connected, isNamed, changes);
            actual = match.Session.Id + (match.Warning.Length > 0 ? " with a warning" : "");
        }
        catch (NodeManagerException refused)
        {
            actual = refused.ErrorId;
            Assert.NotEmpty(refused.RecommendedAction!);
        }

        Assert.Equal(expected, actual);
    }

    [Fact]
    public void A_change_without_identity_is_shown_the_way_by_Session()
    {
        NodeManagerException refused = Assert.Throws<NodeManagerException>(() =>
            SessionChoice.ForObject(new("prod", "", "", false), [Session(1, "prod", "A")], false, true)
        );

        Assert.Equal(ErrorKind.InvalidOperation, refused.Kind);
        Assert.Contains("-Session 'prod'", refused.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prod", "A", "https://a/", "")]
    [InlineData("prod", "A", "", "")]
    [InlineData("prod", "A", "https://old:6443/", "at https://a/; the input comes from the same cluster 'prod' at https://old:6443/")]
    [InlineData("staging", "A", "https://a/", "the input comes from the same cluster, named 'staging'")]
    [InlineData("prod", "", "https://old:6443/", "")]
    public void A_cluster_at_another_address_is_described(string cluster, string uid, string server, string expected) =>
        Assert.Equal(expected, SessionChoice.DescribeDifference(new(cluster, uid, server, true), Session(1, "prod", "A", "https://a")));

    private static NodeManagerSession Session(int id, string cluster, string uid, string server = "https://example.com") =>
        new()
        {
            Id = id,
            Cluster = cluster,
            ClusterUid = uid,
            Source = "Kubeconfig",
            Server = new(server),
        };
}
