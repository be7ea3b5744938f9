using NodeManager.Core.Sessions;

namespace NodeManager.Core.Tests.Sessions;

public sealed class SessionChoiceTests
{
    private readonly NodeManagerSession _prod = Session(1, "prod"),
        _staging = Session(2, "staging"),
        _other = Session(3, "2");

    [Theory]
    [InlineData("prod", 1)]
    [InlineData("Staging", 2)]
    [InlineData("2", 3)]
    public void An_object_selects_the_session_of_its_cluster(string cluster, int id) =>
        Assert.Equal(id, SessionChoice.ForObject(Origin(cluster), [_prod, _staging, _other, _prod], false, true).Session.Id);

    [Theory]
    [InlineData("prod", 1)]
    [InlineData("1", 1)]
    [InlineData("2", 3)]
    [InlineData("3", 3)]
    public void A_text_selects_a_session_by_name_then_by_id(string text, int id) =>
        Assert.Equal(id, SessionChoice.ByText(text, [_prod, _staging, _other]).Id);

    [Theory]
    [InlineData("test")]
    [InlineData("1")]
    [InlineData("pro")]
    public void An_unavailable_cluster_is_never_replaced_by_another(string cluster)
    {
        NodeManagerException e = Assert.Throws<NodeManagerException>(() =>
            SessionChoice.ForObject(Origin(cluster), [_prod, _staging], false, true)
        );
        Assert.Equal(ErrorIds.SessionNotFound, e.ErrorId);
        Assert.Contains("prod, staging", e.Message, StringComparison.Ordinal);
        Assert.NotEmpty(e.RecommendedAction!);
    }

    [Fact]
    public void A_closed_session_is_not_selected()
    {
        _prod.Dispose();
        Assert.Equal(
            ErrorIds.SessionNotFound,
            Assert.Throws<NodeManagerException>(() => SessionChoice.ForObject(Origin("prod"), [_prod, _staging], false, true)).ErrorId
        );
    }

    [Fact]
    public void Several_matching_sessions_are_refused() =>
        Assert.Equal(
            ErrorIds.SessionAmbiguous,
            Assert
                .Throws<NodeManagerException>(() => SessionChoice.ForObject(Origin("prod"), [_prod, Session(4, "PROD")], false, true))
                .ErrorId
        );

    private static ObjectOrigin Origin(string cluster) => new(cluster, "", "", true);

    private static NodeManagerSession Session(int id, string cluster) =>
        new()
        {
            Id = id,
            Cluster = cluster,
            Source = "Kubeconfig",
            Server = new("https://example.com"),
        };
}
