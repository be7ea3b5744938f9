using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Host;
using NodeManager.Autoscaling.Installation;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Operations;
using NodeManager.Kubernetes.Yaml;
using NodeManager.Testing;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>The roles of deploy/autoscaler/rbac.yaml suffice for the life of a machine: its claim, its node, its drain and its end.</summary>
public sealed class AutoscalerRoleTests
{
    [Fact]
    public async Task The_role_allows_every_request_of_the_autoscaler()
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(Backend.Sandbox, rbac: true);
        NodeManagerSession admin = await lab.Cluster.ConnectAsync();
        await AutoscalerInstaller
            .InstallAsync(admin, lab.Namespace, TimeSpan.FromMinutes(2), static _ => Task.FromResult(true), new Listener(), default)
            .ToListAsync();
        string account = $"system:serviceaccount:{lab.Namespace}:nodemanager-autoscaler";
        await BindSimulatorAsync(lab);
        lab.Wanted = 1;
        await lab.AddPoolAsync();

        NodeManagerSession session = await lab.Cluster.ConnectAsAsync(account, "system:serviceaccounts", "system:authenticated");
        await AutoscalerHost.CheckAsync(session, lab.Namespace, default);
        RunningOperation operation = AutoscalerHost.Start(session, lab.Options(session));
        try
        {
            await lab.WaitForClaimsAsync("a ready claim", static claims => claims.Count == 1 && AutoscalerLab.IsReady(claims[0]));
            lab.Wanted = 0;
            // Any change has a plan made, by which the autoscaler deletes the claim.
            await lab.PatchAsync(NodeSmithResources.Pools, "small", """{"metadata":{"labels":{"seen":"true"}}}""");
            await lab.WaitForClaimsAsync("no claim", static claims => claims.Count == 0);
        }
        finally
        {
            await AutoscalerLab.StopAsync(operation);
        }

        Assert.Empty(await lab.MachinesAsync());
        AssertNoFurtherWrites(lab, account);
        // Conditions of nodes have a role of their own (nodemanager-node-reporter); without it a drain continues.
        Assert.Equal(
            "patch /nodes/status",
            string.Join(
                ", ",
                lab.Cluster.RequestsOf(account)
                    .Where(static one => one.IsForbidden)
                    .Select(static one => $"{one.Request.Verb} {one.Request.Group}/{one.Request.FullResource}")
                    .Distinct()
            )
        );
    }

    // Of what it may change among its own resources, it changes all.
    private static void AssertNoFurtherWrites(AutoscalerLab lab, string account)
    {
        HashSet<string> used =
        [
            .. lab
                .Cluster.RequestsOf(account)
                .Where(static one => !one.IsForbidden)
                .Select(static one => $"{one.Request.Verb} {one.Request.Group}/{one.Request.FullResource}"),
        ];
        string[] granted =
        [
            .. from text in File.ReadAllText(Path.Combine(RepositoryFolder.Path, "deploy", "autoscaler", "rbac.yaml"))
                .ReplaceLineEndings("\n")
                .Split("\n---\n")
            let document = YamlJsonReader.Read(text).Root as JsonObject
            where (string?)document?["kind"] == "Role"
            from rule in document["rules"]!.AsArray()
            where (string?)rule!["apiGroups"]![0] == NodeSmithNames.Group
            from resource in rule["resources"]!.AsArray()
            from verb in rule["verbs"]!.AsArray()
            where (string?)verb is not ("get" or "list" or "watch")
            select $"{verb} {NodeSmithNames.Group}/{resource}",
        ];
        Assert.True(granted.Length >= 8, string.Join(", ", granted));
        Assert.DoesNotContain(granted, right => !used.Contains(right));
    }

    private static async Task BindSimulatorAsync(AutoscalerLab lab)
    {
        string binding = $$"""
            {"metadata":{"name":"simulator-{{lab.Cluster.Id}}"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"nodemanager-autoscaler-simulator"},
             "subjects":[{"kind":"ServiceAccount","name":"nodemanager-autoscaler","namespace":"{{lab.Namespace}}"}]}
            """;
        Assert.Equal(
            HttpStatusCode.Created,
            (await lab.Cluster.SendAsync("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", binding)).Code
        );
    }
}
