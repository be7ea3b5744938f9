using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>The definitions of KubeNodeSmith's kinds take what existing clusters have, and refuse what cannot work.</summary>
public sealed class NodeSmithResourceTests
{
    [SkippableTheory]
    [AllBackends("controlplane", "nodesmithcontrolplanes")]
    [AllBackends("nodesmithpool", "nodesmithpools")]
    [AllBackends("nodesmithprovider", "nodesmithproviders")]
    public async Task Documented_samples_are_accepted_unchanged(string backend, string sample, string plural)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await NodeSmithDefinitions.InstallAsync(cluster);
        string text = await NodeSmithDefinitions.ReadSampleAsync(cluster, sample);
        // An old server built with Go 1.16 takes an empty text in a custom resource for null (kubernetes/kubernetes#99804).
        if (cluster is { IsReal: true, Minor: < 21 })
            text = text.Replace("worker: \"\"", "worker: \"true\"", StringComparison.Ordinal);

        WireAnswer answer = await cluster.SendAsync("POST", NodeSmithDefinitions.CollectionOf(cluster, plural), text, "application/yaml");

        Assert.True(answer.Code == HttpStatusCode.Created, answer.Text);
        Assert.Empty(
            plural switch
            {
                "nodesmithpools" => NodeSmithRules.Check(JsonSerializer.Deserialize(answer.Text, NodeSmithJson.Default.NodeSmithPool)!),
                "nodesmithproviders" => NodeSmithRules.Check(
                    JsonSerializer.Deserialize(answer.Text, NodeSmithJson.Default.NodeSmithProvider)!
                ),
                _ => NodeSmithRules.Check(JsonSerializer.Deserialize(answer.Text, NodeSmithJson.Default.NodeSmithControlPlane)!),
            }
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_documented_claim_with_an_empty_spec_is_refused(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await NodeSmithDefinitions.InstallAsync(cluster);

        WireAnswer answer = await cluster.SendAsync(
            "POST",
            NodeSmithDefinitions.CollectionOf(cluster, "nodesmithclaims"),
            await NodeSmithDefinitions.ReadSampleAsync(cluster, "nodesmithclaim"),
            "application/yaml"
        );

        Assert.True(answer.Code == HttpStatusCode.UnprocessableEntity, answer.Text);
        Assert.Contains("spec", answer.Text, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_server_that_evaluates_CEL_refuses_an_invalid_object(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await NodeSmithDefinitions.InstallAsync(cluster);
        bool evaluates = cluster is { IsReal: true, Minor: >= 25 };
        var wrong = new List<string>();
        foreach (BrokenRule broken in BrokenRule.All)
        {
            var item = new JsonObject
            {
                ["apiVersion"] = NodeSmithNames.ApiVersion,
                ["kind"] = broken.Kind,
                ["metadata"] = new JsonObject { ["name"] = "broken" },
                ["spec"] = JsonNode.Parse(broken.Spec),
            };
            WireAnswer answer = await cluster.SendAsync(
                "POST",
                NodeSmithDefinitions.CollectionOf(cluster, broken.Plural) + "?dryRun=All",
                item.ToJsonString()
            );
            bool isRight =
                broken.IsSchema || evaluates
                    ? answer.Code == HttpStatusCode.UnprocessableEntity
                        && ((string)answer.Json["message"]!).Contains(broken.Message, StringComparison.Ordinal)
                    : answer.Code == HttpStatusCode.Created;
            if (!isRight)
                wrong.Add($"{broken.Spec}\n  {answer.Code} {answer.Text}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void An_invalid_object_is_found_by_the_client_rules() =>
        Assert.All(
            BrokenRule.All,
            static broken => Assert.Contains(broken.Judge(), problem => problem.Message.Contains(broken.Message, StringComparison.Ordinal))
        );

    [SkippableTheory]
    [AllBackends]
    public async Task A_claim_has_a_status_subresource_and_keeps_unknown_fields(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await NodeSmithDefinitions.InstallAsync(cluster);
        var claim = new NodeSmithClaim
        {
            ApiVersion = NodeSmithNames.ApiVersion,
            Kind = nameof(NodeSmithClaim),
            Metadata = new() { Name = "one" },
            Spec = new()
            {
                PoolRef = "small",
                IdempotencyKey = "k",
                Requirements = new() { CpuCores = 4, MemoryMiB = 8192 },
            },
            Status = new() { ProviderID = "proxmox://cluster/vms/1251" },
        };

        NodeSmithClaim made = await cluster.Client.CreateAsync(
            NodeSmithResources.Claims,
            claim,
            cluster.Namespace,
            RequestOptions.Default,
            default
        );
        var status = new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["providerID"] = "proxmox://cluster/vms/1251",
                ["launchAttempts"] = 1,
                ["machineName"] = "one",
                ["lease"] = new JsonObject
                {
                    ["holder"] = "a",
                    ["phase"] = "Launching",
                    ["timeoutSeconds"] = 60,
                },
                ["conditions"] = new JsonArray(
                    new JsonObject
                    {
                        ["type"] = "Launched",
                        ["status"] = "True",
                        ["reason"] = "Launched",
                        ["message"] = "made",
                        ["lastTransitionTime"] = "2026-01-01T00:00:00Z",
                    }
                ),
            },
        };
        NodeSmithClaim written = await cluster.Client.PatchAsync(
            NodeSmithResources.Claims,
            "one",
            cluster.Namespace,
            Patch.Merge(status),
            "status",
            RequestOptions.Default,
            default
        );

        Assert.Null(made.Status);
        Assert.Equal(
            ("k", 4, "proxmox://cluster/vms/1251", 1, "Launching"),
            (
                written.Spec.IdempotencyKey,
                written.Spec.Requirements!.CpuCores,
                written.Status!.ProviderID,
                written.Status.LaunchAttempts,
                written.Status.Lease!.Phase
            )
        );
        Assert.Equal("True", Assert.Single(written.Status.Conditions!).Status);
        WireAnswer table = await cluster.SendWithAsync(
            [new("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")],
            "GET",
            NodeSmithDefinitions.CollectionOf(cluster, "nodesmithclaims")
        );
        Assert.Equal(
            ["Name", "Pool", "Node", "Launched", "Ready", "Attempts", "Provider ID", "Age"],
            table.Json["columnDefinitions"]!.AsArray().Select(static one => (string?)one!["name"])
        );
    }
}
