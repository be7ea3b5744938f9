using NodeManager.Core.Nodes.Reading;

namespace NodeManager.Core.Tests.Nodes;

public sealed class NodeFilterTests
{
    private static readonly ClusterNode Worker = new()
    {
        Name = "worker-1",
        Status = "Ready",
        Zone = "eu-1a",
        Roles = new(["gpu", "worker"]),
        Unschedulable = true,
    };

    [Theory]
    [InlineData("worker-1", true)]
    [InlineData("WORKER-1", true)]
    [InlineData("worker-*", true)]
    [InlineData("Worker-?", true)]
    [InlineData("worker-[0-3]", true)]
    [InlineData("worker-[2-3]", false)]
    [InlineData("worker", false)]
    [InlineData("*er", false)]
    [InlineData("worker-`*", false)]
    [InlineData("worker.1", false)]
    [InlineData("w*[", false)]
    public void Names_match_as_in_PowerShell(string pattern, bool matches) =>
        Assert.Equal(matches, new NodeFilter(new() { Names = [pattern] }).Matches(Worker));

    [Theory]
    [InlineData("Ready", true)]
    [InlineData("ready", true)]
    [InlineData("NotReady", false)]
    [InlineData("SchedulingDisabled", true)]
    [InlineData("cordoned", true)]
    [InlineData("Unknown", false)]
    [InlineData("Missing", false)]
    public void Statuses_are_not_case_sensitive(string status, bool matches) =>
        Assert.Equal(matches, new NodeFilter(new() { Statuses = [status] }).Matches(Worker));

    [Theory]
    [InlineData("NotReady", true)]
    [InlineData("Unknown", true)]
    [InlineData("Ready", false)]
    [InlineData("Cordoned", false)]
    public void A_node_that_stopped_reporting_is_not_ready(string status, bool matches) =>
        Assert.Equal(matches, new NodeFilter(new() { Statuses = [status] }).Matches(new() { Name = "n", Status = "Unknown" }));

    [Fact]
    public void Values_of_a_filter_are_alternatives_and_all_filters_must_match() =>
        Assert.Equal(
            [true, false],
            new[] { "eu-1a", "eu-1c" }.Select(zone =>
                new NodeFilter(new() { Zones = ["eu-1b", zone], Roles = ["db", "g*"] }).Matches(Worker)
            )
        );

    [Fact]
    public void A_role_is_selected_by_both_of_its_labels() =>
        Assert.Equal(
            ["pool=a,node-role.kubernetes.io/gpu", "pool=a,kubernetes.io/role=gpu,!node-role.kubernetes.io/gpu"],
            new NodeFilter(new() { Selector = "pool=a", Roles = ["gpu"] }).Lists().Select(l => l.LabelSelector)
        );

    [Fact]
    public void Zones_are_selected_by_both_of_their_labels() =>
        Assert.Equal(
            ["topology.kubernetes.io/zone in (a,b)", "failure-domain.beta.kubernetes.io/zone in (a,b),!topology.kubernetes.io/zone"],
            new NodeFilter(new() { Zones = ["a", "b"] }).Lists().Select(l => l.LabelSelector)
        );

    [Theory]
    [InlineData("a)")]
    [InlineData("eu-*")]
    [InlineData("")]
    public void Filters_that_no_selector_expresses_are_applied_by_the_client(string zone) =>
        Assert.Null(Assert.Single(new NodeFilter(new() { Zones = [zone] }).Lists()).LabelSelector);

    [Theory]
    [InlineData("schedulingdisabled")]
    [InlineData("Cordoned")]
    public void Cordoned_nodes_are_selected_by_the_server(string status) =>
        Assert.Equal("spec.unschedulable=true", Assert.Single(new NodeFilter(new() { Statuses = [status] }).Lists()).FieldSelector);

    [Fact]
    public void Several_statuses_are_filtered_by_the_client() =>
        Assert.Null(Assert.Single(new NodeFilter(new() { Statuses = ["Ready", "SchedulingDisabled"] }).Lists()).FieldSelector);
}
