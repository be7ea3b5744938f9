using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Schema;

namespace NodeManager.Sandbox.Tests.Kinds;

public sealed class CanonicalFormTests
{
    [Theory]
    [InlineData(
        "Pod",
        """{"status":{"conditions":[{"type":"Ready","status":"True"}]}}""",
        """{"status":{"conditions":[{"type":"Ready","status":"True","lastProbeTime":null,"lastTransitionTime":null}]}}""",
        36
    )]
    [InlineData(
        "Pod",
        """{"status":{"conditions":[{"type":"Ready","status":"True","lastProbeTime":null}]}}""",
        """{"status":{"conditions":[{"type":"Ready","status":"True","lastProbeTime":null,"lastTransitionTime":null}]}}""",
        36
    )]
    [InlineData("Pod", """{"status":{"startTime":null}}""", """{"status":{}}""", 20)]
    [InlineData(
        "Deployment",
        """{"spec":{"template":{"metadata":{"labels":{"a":"b"}}}}}""",
        """{"spec":{"template":{"metadata":{"labels":{"a":"b"},"creationTimestamp":null}}}}""",
        33
    )]
    [InlineData(
        "Deployment",
        """{"spec":{"template":{"metadata":{"labels":{"a":"b"},"creationTimestamp":null}}}}""",
        """{"spec":{"template":{"metadata":{"labels":{"a":"b"}}}}}""",
        34
    )]
    [InlineData("Lease", """{"spec":{"renewTime":null}}""", """{"spec":{}}""", 36)]
    public void An_unset_time_is_null_where_the_server_always_writes_the_field(string type, string given, string expected, int minor)
    {
        JsonObject document = JsonNode.Parse(given)!.AsObject();
        document["metadata"] = new JsonObject { ["creationTimestamp"] = "2026-01-01T00:00:00Z" };

        CanonicalForm.Apply(document, type, minor);

        document.Remove("metadata");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), document), document.ToJsonString());
    }
}
