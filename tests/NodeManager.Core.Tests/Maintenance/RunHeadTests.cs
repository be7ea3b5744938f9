using NodeManager.Kubernetes.Models;
using NodeManager.Maintenance.Records;

namespace NodeManager.Core.Tests.Maintenance;

public sealed class RunHeadTests
{
    [Theory]
    [InlineData("20261120-a1b2", true)]
    [InlineData("x; Remove-Item ~ -Recurse", false)]
    [InlineData("another-run", false)]
    public void The_id_of_a_run_comes_from_its_name(string id, bool isRun)
    {
        ConfigMap map = new()
        {
            Metadata = new() { Name = "nodemanager-run-20261120-a1b2" },
            Data = new()
            {
                ["format"] = "1",
                ["run"] = $$"""{"id":"{{id}}","by":"me@here"}""",
                ["state"] = """{"status":"Running"}""",
            },
        };
        Assert.Equal(isRun, RunHead.Read(map) is not null);
    }

    [Theory]
    [InlineData("null", "{}")]
    [InlineData("{", "{}")]
    [InlineData("""{"id":"a","by":"me"}""", "null")]
    public void An_object_that_is_not_a_run_is_ignored(string run, string state)
    {
        ConfigMap map = new()
        {
            Metadata = new() { Name = "nodemanager-run-a" },
            Data = new()
            {
                ["format"] = "1",
                ["run"] = run,
                ["state"] = state,
            },
        };
        Assert.Null(RunHead.Read(map));
    }
}
