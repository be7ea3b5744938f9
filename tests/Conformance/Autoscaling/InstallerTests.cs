using System.Net;
using NodeManager.Autoscaling.Installation;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.CustomResources;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>The autoscaler's definitions and roles come into a cluster once, and are brought up to date.</summary>
public sealed class InstallerTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_second_installation_changes_nothing(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string ns = "smith-" + cluster.Id;
        NodeManagerSession session = await cluster.ConnectAsync();

        IReadOnlyList<AutoscalerObject> planned = await InstallAsync(session, ns, confirm: false);
        Assert.Equal(HttpStatusCode.NotFound, (await cluster.SendAsync("GET", $"/api/v1/namespaces/{ns}")).Code);
        IReadOnlyList<AutoscalerObject> first = await InstallAsync(session, ns);

        // Another test may have installed the definitions on a shared server.
        Assert.All(
            first.Where(one => one.Namespace == ns || one.Name == ns),
            static one => Assert.Equal(AutoscalerObjectStatus.Created, one.Status)
        );
        Assert.Equal(5, first.Count(static one => one.Kind == "CustomResourceDefinition"));
        foreach (string plural in (string[])["nodesmithclaims", "nodesmithcontrolplanes", "nodesmithpools", "nodesmithproviders"])
            Assert.Equal(
                HttpStatusCode.OK,
                (await cluster.SendAsync("GET", $"/apis/{NodeSmithNames.ApiVersion}/namespaces/{ns}/{plural}")).Code
            );
        Assert.Equal(HttpStatusCode.OK, (await cluster.SendAsync("GET", "/apis/autoscaling.x-k8s.io/v1beta1/capacitybuffers")).Code);
        Assert.All(
            (await InstallAsync(session, ns)).Where(static one => one.Status != AutoscalerObjectStatus.Unchanged),
            static one => Assert.Fail($"{one}: {one.Status} {one.Changes}")
        );
        Assert.DoesNotContain(planned, static one => one.Status is AutoscalerObjectStatus.Created or AutoscalerObjectStatus.Changed);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_older_role_is_updated_and_the_changes_are_reported(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string ns = "smith-" + cluster.Id,
            role = $"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles/nodemanager-autoscaler";
        NodeManagerSession session = await cluster.ConnectAsync();
        await InstallAsync(session, ns);
        await cluster.SendAsync("PATCH", role, """{"metadata":{"labels":{"mine":"1"}},"rules":[]}""", "application/merge-patch+json");

        IReadOnlyList<AutoscalerObject> planned = await InstallAsync(session, ns, confirm: false);
        IReadOnlyList<AutoscalerObject> done = await InstallAsync(session, ns);

        Assert.DoesNotContain(planned, one => one.Kind == "Role");
        AutoscalerObject changed = Assert.Single(done, static one => one.Status != AutoscalerObjectStatus.Unchanged);
        Assert.Equal(
            ("Role", AutoscalerObjectStatus.Changed, "rules"),
            (changed.Kind, changed.Status, Assert.Single(changed.Changes).Field)
        );
        Assert.Equal("1", (string?)(await cluster.SendAsync("GET", role)).Json["metadata"]!["labels"]!["mine"]);
    }

    [Fact]
    public async Task A_changed_definition_is_restored_and_a_foreign_one_is_not_changed()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(Backend.Sandbox);
        NodeManagerSession session = await cluster.ConnectAsync();
        await InstallAsync(session, "smith");
        await ReplaceAsync(
            cluster,
            "nodesmithpools.kubenodesmith.parawell.cloud",
            static text => text.Replace("registrationTimeout", "registrationPatience", StringComparison.Ordinal)
        );
        await ReplaceAsync(
            cluster,
            "capacitybuffers.autoscaling.x-k8s.io",
            static text =>
                text.Replace("\"nodemanager\"", "\"others\"", StringComparison.Ordinal)
                    .Replace("percentage", "share", StringComparison.Ordinal)
        );

        IReadOnlyList<AutoscalerObject> done = await InstallAsync(session, "smith");

        AutoscalerObject changed = Assert.Single(done, static one => one.Status == AutoscalerObjectStatus.Changed);
        Assert.Contains(
            changed.Changes,
            static one => one.Field == "spec.versions[v1alpha1].schema.openAPIV3Schema.properties.spec.properties.registrationTimeout"
        );
        Assert.Equal(
            "capacitybuffers.autoscaling.x-k8s.io",
            Assert.Single(done, static one => one.Status == AutoscalerObjectStatus.Foreign).Name
        );
        Assert.All(
            await InstallAsync(session, "smith"),
            static one => Assert.True(one.Status is AutoscalerObjectStatus.Unchanged or AutoscalerObjectStatus.Foreign, one.ToString())
        );
    }

    private static async Task ReplaceAsync(TestCluster cluster, string name, Func<string, string> change)
    {
        WireAnswer there = await cluster.SendAsync("GET", $"{CustomKind.Definitions}/{name}");
        WireAnswer answer = await cluster.SendAsync("PUT", $"{CustomKind.Definitions}/{name}", change(there.Text));
        Assert.True(answer.Code == HttpStatusCode.OK, answer.Text);
    }

    private static async Task<IReadOnlyList<AutoscalerObject>> InstallAsync(NodeManagerSession session, string ns, bool confirm = true) =>
        await AutoscalerInstaller
            .InstallAsync(session, ns, TimeSpan.FromMinutes(2), _ => Task.FromResult(confirm), new Listener(), default)
            .ToListAsync();
}
