using System.Text.Json;
using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Models;
using NodeManager.NodePools.Updates.Decisions;

namespace NodeManager.Core.Tests.Rolling;

public sealed class TemplateDriftTests
{
    private const string Old =
        """{"labels":{"tier":"a"},"shapes":[{"name":"s","cpuCores":2,"memoryMiB":4096},{"name":"l","cpuCores":8,"memoryMiB":16384}]}""";

    [Theory]
    [InlineData(Old, "")]
    [InlineData("""{"labels":{"tier":"b"},"shapes":[{"name":"s","cpuCores":2,"memoryMiB":4096}]}""", "label tier: a -> b")]
    [InlineData("""{"shapes":[{"name":"s","cpuCores":2,"memoryMiB":4096}]}""", "label tier: a -> (none)")]
    [InlineData("""{"labels":{"tier":"a","new":"x"},"shapes":[{"name":"s","cpuCores":2,"memoryMiB":4096}]}""", "label new: (none) -> x")]
    [InlineData(
        """{"labels":{"tier":"a"},"taints":[{"key":"gpu","value":"yes","effect":"NoSchedule"}],"shapes":[{"name":"s","cpuCores":2,"memoryMiB":4096}]}""",
        "taint: (none) -> gpu=yes:NoSchedule"
    )]
    // Another shape on offer concerns no machine of this one; another size of the same one does.
    [InlineData(
        """{"labels":{"tier":"a"},"shapes":[{"name":"s","cpuCores":2,"memoryMiB":4096},{"name":"xl","cpuCores":64,"memoryMiB":65536}]}""",
        ""
    )]
    [InlineData("""{"labels":{"tier":"a"},"shapes":[{"name":"l","cpuCores":8,"memoryMiB":16384}]}""", "shape: s is no longer on offer")]
    [InlineData(
        """{"labels":{"tier":"a"},"shapes":[{"name":"s","cpuCores":4,"memoryMiB":4096}]}""",
        "shape s: 2 cores and 4096 MiB -> 4 cores and 4096 MiB"
    )]
    // What drains and taints of the start take concerns no running node; what is not known of does.
    [InlineData(
        """{"labels":{"tier":"a"},"terminationGracePeriod":"5m","startupTaints":[{"key":"k","effect":"NoSchedule"}],"shapes":[{"name":"s","cpuCores":2,"memoryMiB":4096}]}""",
        ""
    )]
    [InlineData(
        """{"labels":{"tier":"a"},"release":"1.36.2","shapes":[{"name":"s","cpuCores":2,"memoryMiB":4096}]}""",
        "release: (none) -> 1.36.2"
    )]
    public void Differences_from_the_template_at_creation_are_named(string template, string reasons) =>
        Assert.Equal(reasons, string.Join("; ", TemplateDrift.Of(Pool(template), Claim(Pool(Old)), null)));

    [Fact]
    public void A_changed_provider_is_drift()
    {
        NodeSmithPool pool = Pool(Old);
        pool.Spec.ProviderRef = "other";
        Assert.Equal(["provider: sim -> other"], TemplateDrift.Of(pool, Claim(Pool(Old)), null));
    }

    [Theory]
    [InlineData("template 9000", "template 9001", "image: template 9000 -> template 9001")]
    [InlineData("template 9000", "template 9000", "")]
    [InlineData("template 9000", "", "")]
    [InlineData(null, "template 9001", "")]
    public void Another_image_of_the_provider_is_drift_where_both_are_known(string? made, string image, string reasons)
    {
        NodeSmithClaim claim = Claim(Pool(Old));
        if (made is not null)
            claim.Metadata.Annotations![NodeSmithNames.ImageAnnotation] = made;
        Assert.Equal(reasons, string.Join("; ", TemplateDrift.Of(Pool(Old), claim, null, image: image)));
    }

    [Theory]
    [InlineData("""{"labels":{"tier":"a"}}""", "")]
    [InlineData(
        """{"labels":{"tier":"b"},"taints":[{"key":"k","effect":"NoExecute"}]}""",
        "label tier: a -> b; taint: (none) -> k:NoExecute"
    )]
    [InlineData("""{"minimum":{"cpuCores":4,"memoryMiB":1024}}""", "size: less than 4 cores and 1024 MiB")]
    public void A_claim_without_a_template_is_compared_by_its_node(string template, string reasons)
    {
        NodeSmithClaim claim = new()
        {
            Spec = new()
            {
                Requirements = new() { CpuCores = 2, MemoryMiB = 4096 },
            },
        };
        Node node = new()
        {
            Metadata = new()
            {
                Name = "n",
                Labels = new() { ["tier"] = "a" },
            },
        };
        Assert.Equal(reasons, string.Join("; ", TemplateDrift.Of(Pool(template), claim, node)));
    }

    [Theory]
    [InlineData(
        """{"shapes":[{"name":"s","cpuCores":4,"memoryMiB":8192},{"name":"l","cpuCores":8,"memoryMiB":16384}]}""",
        "s: 4 cores, 8192 MiB"
    )]
    [InlineData(
        """{"shapes":[{"name":"xl","cpuCores":16,"memoryMiB":16384},{"name":"m","cpuCores":4,"memoryMiB":8192},{"name":"xs","cpuCores":1,"memoryMiB":1024}]}""",
        "m: 4 cores, 8192 MiB"
    )]
    [InlineData("""{"shapes":[{"name":"xs","cpuCores":1,"memoryMiB":1024}]}""", "xs: 1 cores, 1024 MiB")]
    [InlineData("""{"minimum":{"cpuCores":1,"memoryMiB":8192}}""", "2 cores, 8192 MiB")]
    public void A_replacement_has_the_size_of_the_former_machine_where_possible(string template, string size) =>
        Assert.Equal(size, RollSize.Of(Claim(Pool(Old)), Pool(Old)).ReplacementIn(Pool(template)).ToString());

    [Theory]
    [InlineData("1", "0", 10, 1, 0)]
    [InlineData("25%", "25%", 10, 3, 2)]
    [InlineData("0", "50", 10, 0, 10)]
    public void Surge_rounds_up_and_unavailable_down(string surge, string unavailable, int desired, int more, int less) =>
        Assert.Equal(new SurgeLimit(more, less), SurgeLimit.Of(surge, unavailable, desired));

    [Theory]
    [InlineData("0", "0")]
    [InlineData("0%", "5%")]
    [InlineData("-1", "1")]
    [InlineData("1", "many")]
    [InlineData("101%", "0")]
    public void A_limit_that_is_invalid_or_allows_no_removal_is_refused(string surge, string unavailable) =>
        Assert.Equal(ErrorIds.PoolUpdateInvalid, Assert.Throws<NodeManagerException>(() => SurgeLimit.Of(surge, unavailable, 10)).ErrorId);

    private static NodeSmithPool Pool(string template) =>
        JsonSerializer.Deserialize(
            $$$"""{"metadata":{"name":"p","namespace":"ns","uid":"u"},"spec":{"providerRef":"sim","machineTemplate":{{{template}}}}}""",
            NodeSmithJson.Default.NodeSmithPool
        )!;

    private static NodeSmithClaim Claim(NodeSmithPool pool) => ClaimDraft.Of(pool, 1, 2, 4096, "s", "");
}
