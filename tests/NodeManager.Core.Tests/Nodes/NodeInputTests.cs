using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Tests.Support;

namespace NodeManager.Core.Tests.Nodes;

/// <summary>Bad input never reaches the server, and its message carries Kubernetes' rule.</summary>
public sealed class NodeInputTests : IAsyncLifetime, IDisposable
{
    private readonly FakeServer _server = new(FakeServer.NotFound);
    private NodeManagerSession _session = null!;

    public async Task InitializeAsync() => _session = await _server.ConnectAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _session.Dispose();
        _server.Dispose();
    }

    [Theory]
    [InlineData("bad key", "must consist of alphanumeric characters, '-', '_' or '.'")]
    [InlineData("a/b/c", "a qualified name")]
    [InlineData("", "must be non-empty")]
    [InlineData("Example.com/x", "a lowercase RFC 1123 subdomain")]
    public async Task An_invalid_label_key_is_refused_with_the_rule(string key, string rule)
    {
        NodeManagerException set = await FailAsync(ErrorIds.InvalidLabelKey, Label((key, "v")));
        Assert.Contains(rule, set.Message, StringComparison.Ordinal);
        await FailAsync(ErrorIds.InvalidLabelKey, () => NodeEditor.RemoveLabelsAsync(_session, "n", [key], false, default));
    }

    [Fact]
    public async Task An_invalid_label_value_is_refused_with_the_rule()
    {
        NodeManagerException error = await FailAsync(
            ErrorIds.InvalidLabelValue,
            Label(("a", "has space"), ("b", "ok"), ("c", new string('x', 64)))
        );

        Assert.Contains("'has space' of 'a'", error.Message, StringComparison.Ordinal);
        Assert.Contains("no more than 63 bytes", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("'ok'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_invalid_keys_are_reported_together()
    {
        NodeManagerException error = await FailAsync(ErrorIds.InvalidLabelKey, Label(("bad one", "1"), ("good", "2"), ("-bad", "3")));

        Assert.Contains("'bad one'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'-bad'", error.Message, StringComparison.Ordinal);
        Assert.Equal("bad one", error.Target);
    }

    [Fact]
    public async Task Annotation_keys_are_checked_and_values_are_not()
    {
        await FailAsync(
            ErrorIds.InvalidAnnotationKey,
            () =>
                NodeEditor.SetAnnotationsAsync(
                    _session,
                    "n",
                    new Dictionary<string, string> { ["a b"] = "any \n value" },
                    true,
                    false,
                    default
                )
        );
        await FailAsync(ErrorIds.InvalidAnnotationKey, () => NodeEditor.RemoveAnnotationsAsync(_session, "n", ["a b"], false, default));
    }

    [Theory]
    [InlineData("k", "v", "NoSchedul", "NoSchedule")]
    [InlineData("k", "v", "noschedule", "PreferNoSchedule")]
    [InlineData("bad key", "v", "NoSchedule", "must consist of")]
    [InlineData("k", "bad value", "NoSchedule", "or consist of")]
    public async Task An_invalid_taint_is_refused_with_the_rule(string key, string value, string effect, string rule)
    {
        NodeManagerException error = await FailAsync(
            ErrorIds.InvalidTaint,
            () =>
                NodeEditor.SetTaintsAsync(
                    _session,
                    "n",
                    [
                        new()
                        {
                            Key = key,
                            Value = value,
                            Effect = effect,
                        },
                    ],
                    true,
                    false,
                    default
                )
        );

        Assert.Contains(rule, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_key_and_effect_cannot_have_two_values() =>
        await FailAsync(
            ErrorIds.InvalidTaint,
            () =>
                NodeEditor.SetTaintsAsync(
                    _session,
                    "n",
                    [
                        new()
                        {
                            Key = "k",
                            Value = "1",
                            Effect = "NoExecute",
                        },
                        new()
                        {
                            Key = "k",
                            Value = "2",
                            Effect = "NoExecute",
                        },
                    ],
                    true,
                    false,
                    default
                )
        );

    [Fact]
    public async Task An_effect_that_does_not_exist_cannot_be_removed() =>
        await FailAsync(ErrorIds.InvalidTaint, () => NodeEditor.RemoveTaintsAsync(_session, "n", [("k", "Never")], false, default));

    [Theory]
    [InlineData("a b")]
    [InlineData("../pods")]
    [InlineData("")]
    public async Task An_invalid_node_name_is_refused(string name)
    {
        await FailAsync(ErrorIds.InvalidNodeName, () => NodeEditor.SetUnschedulableAsync(_session, name, true, false, default));
        await FailAsync(ErrorIds.InvalidNodeName, () => NodeEditor.DeleteAsync(_session, name, true, false, default));
        await FailAsync(ErrorIds.InvalidNodeName, () => NodeWaiter.WaitAsync(_session, name, "Ready", null, default));
        var missing = new List<NodeManagerException>();
        Assert.Empty(
            await NodeReader.ReadAsync(_session, new() { Names = [name] }, missing.Add, new RecordingObserver(), default).ToListAsync()
        );
        Assert.Equal(ErrorIds.InvalidNodeName, Assert.Single(missing).ErrorId);
    }

    [Fact]
    public async Task An_invalid_selector_is_reported_with_the_position()
    {
        Func<Task>[] users =
        [
            async () =>
                await NodeReader
                    .ReadAsync(_session, new() { Selector = "a in (b" }, _ => { }, new RecordingObserver(), default)
                    .ToListAsync(),
            async () => await NodePodReader.ReadAsync(_session, null, null, "a in (b", default).ToListAsync(),
            async () => await NodeWatcher.WatchAsync(_session, new() { Selector = "a in (b" }, false, default).ToListAsync(),
            () => ClusterStatisticReader.ReadAsync(_session, null, "a in (b", new RecordingObserver(), default),
        ];
        foreach (Func<Task> user in users)
            Assert.Contains("')'", (await FailAsync(ErrorIds.InvalidSelector, user)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Statistics_are_not_grouped_by_an_invalid_label_key() =>
        await FailAsync(
            ErrorIds.InvalidLabelKey,
            () => ClusterStatisticReader.ReadAsync(_session, "a b", null, new RecordingObserver(), default)
        );

    private Func<Task> Label(params (string Key, string Value)[] labels) =>
        () => NodeEditor.SetLabelsAsync(_session, "n", labels.ToDictionary(l => l.Key, l => l.Value), true, false, default);

    private async Task<NodeManagerException> FailAsync(string errorId, Func<Task> action)
    {
        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(action);
        Assert.Equal(errorId, error.ErrorId);
        Assert.Equal(ErrorKind.InvalidArgument, error.Kind);
        Assert.Empty(_server.Requests);
        return error;
    }
}
