using System.Net;
using System.Text.Json;
using NodeManager.Core.Machines;
using NodeManager.Providers.Redfish;
using NodeManager.Testing;

namespace NodeManager.Providers.Tests.Redfish;

public sealed class RedfishProviderTests
{
    private static readonly MachineRequest Request = new("22222222-aaaa-bbbb-cccc-000000000001", "metal-1", 8, 32768);

    [Fact]
    public async Task A_server_is_claimed_booted_from_the_network_and_released()
    {
        var bmc = new FakeBmc { AssetTag = "DC1-0042" };
        RedfishProvider provider = Create(bmc);

        MachineResult made = await provider.ProvisionAsync(Request, default);

        Assert.True(made.Outcome == MachineOutcome.Succeeded, made.Reason);
        Assert.Equal(("On", "Pxe", "Once"), (bmc.Power, bmc.BootTarget, bmc.BootEnabled));
        Assert.Matches("^DC1-0042 nodesmith:[0-9a-f]{6}:22222222-aaaa-bbbb-cccc-000000000001$", bmc.AssetTag);
        Assert.Equal(
            ("redfish://bmc-0/Systems/1", "server-0", Request.ClaimUid, MachineStatus.Running, 16m, 64L << 30, "52:54:00:00:00:01"),
            (
                made.Machine!.ProviderId,
                made.Machine.Name,
                made.Machine.ClaimUid,
                made.Machine.Status,
                made.Machine.CpuCores,
                made.Machine.Memory,
                Assert.Single(made.Machine.MacAddresses)
            )
        );
        Assert.Equal(made.Machine.ProviderId, (await provider.ProvisionAsync(Request, default)).Machine!.ProviderId);
        Assert.Equal(made.Machine.ProviderId, Assert.Single((await provider.ListAsync(default)).Machines).ProviderId);

        Assert.Equal(MachineOutcome.Succeeded, (await provider.DeprovisionAsync(Identity(made.Machine), default)).Outcome);
        Assert.Equal(("Off", "DC1-0042"), (bmc.Power, bmc.AssetTag));
        Assert.Equal(MachineOutcome.NotFound, (await provider.DeprovisionAsync(Identity(made.Machine), default)).Outcome);
        provider.Dispose();
        Assert.Equal(0, bmc.Sessions);
    }

    [Fact]
    public async Task The_boot_server_is_asked_with_the_taints_of_the_pool()
    {
        var bmc = new FakeBmc { HasHttpBoot = true };
        using RedfishProvider provider = Create(
            [bmc],
            FakeBmc.Password,
            ""","bootTarget":"UefiHttp","httpBootURI":"http://boot.example.com/{name}/boot.ipxe?claim={claim}&pool={pool}&taints={taints}&labels={labels}" """
        );

        MachineResult made = await provider.ProvisionAsync(
            Request with
            {
                Pool = "metal",
                Taints = ["dedicated=batch:NoSchedule", "example.com/agent:NoExecute"],
                Labels = new Dictionary<string, string> { ["tier"] = "a", ["rack"] = "7" },
            },
            default
        );

        Assert.True(made.Outcome == MachineOutcome.Succeeded, made.Reason);
        Assert.Equal(
            (
                "On",
                "UefiHttp",
                "http://boot.example.com/server-0/boot.ipxe?claim=22222222-aaaa-bbbb-cccc-000000000001&pool=metal&taints=dedicated%3Dbatch%3ANoSchedule%2Cexample.com%2Fagent%3ANoExecute&labels=rack%3D7%2Ctier%3Da"
            ),
            (bmc.Power, bmc.BootTarget, bmc.HttpBootUri)
        );
    }

    [Fact]
    public async Task A_server_that_does_not_store_the_boot_URI_is_not_started()
    {
        var bmc = new FakeBmc { HasHttpBoot = true, DropsHttpBootUri = true };
        using RedfishProvider provider = Create(
            [bmc],
            FakeBmc.Password,
            ""","bootTarget":"UefiHttp","httpBootURI":"http://boot.example.com/boot.ipxe?taints={taints}" """
        );

        MachineResult made = await provider.ProvisionAsync(Request with { Taints = ["dedicated=batch:NoSchedule"] }, default);

        Assert.Equal((MachineOutcome.Failed, "Off"), (made.Outcome, bmc.Power));
        Assert.Contains("UefiHttp", made.Reason, StringComparison.Ordinal);
    }

    public static TheoryData<string> Habits => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Habits))]
    public async Task Vendor_specific_Redfish_behavior_is_handled(string habit)
    {
        FakeBmc bmc = All[habit]();
        using RedfishProvider provider = Create(bmc);
        MachineResult made = await provider.ProvisionAsync(Request, default);
        Assert.True(made.Outcome == MachineOutcome.Succeeded, made.Reason);
        Assert.Equal(("On", "Pxe"), (bmc.Power, bmc.BootTarget));
        bmc.ExpireSessions();
        MachineResult gone = await provider.DeprovisionAsync(Identity(made.Machine!), default);
        Assert.True(gone.Outcome == MachineOutcome.Succeeded, gone.Reason);
        Assert.Equal(("Off", ""), (bmc.Power, bmc.AssetTag));
    }

    private static readonly Dictionary<string, Func<FakeBmc>> All = new()
    {
        ["says 204 and acts later"] = static () => new() { PowerLag = 5 },
        ["ignores the first reset"] = static () => new() { IgnoredResets = 1 },
        ["takes the boot target at the settings only"] = static () => new() { HasBootSettings = true },
        ["wants the mode repeated"] = static () => new() { WantsMode = true },
        ["weakens its ETags"] = static () => new() { WeakensETags = true },
        ["has no ETags"] = static () => new() { HasETags = false },
        ["makes tasks of resets"] = static () => new() { HasTasks = true, PowerLag = 2 },
        ["is busy, 503"] = static () => new() { Busy = 3 },
        ["is busy, in its own words"] = static () => new() { Busy = 3, IsBusyAsError = true },
        ["has a push button only"] = static () => new() { Resets = ["PushPowerButton", "GracefulShutdown"] },
    };

    [Fact]
    public async Task A_running_or_foreign_server_is_not_changed()
    {
        FakeBmc[] bmcs = [new() { Power = "On" }, new() { AssetTag = "nodesmith:deadbeef:another" }, new() { MemoryGiB = 16 }];
        using RedfishProvider provider = Create(bmcs);

        Assert.Equal(MachineOutcome.NoCapacity, (await provider.ProvisionAsync(Request, default)).Outcome);
        Assert.Equal(
            MachineOutcome.NotFound,
            (await provider.DeprovisionAsync(new("redfish://bmc-0/Systems/1", "server-0", Request.ClaimUid), default)).Outcome
        );
        Assert.Equal(
            MachineOutcome.NotFound,
            (await provider.RestartAsync(new("redfish://bmc-1/Systems/1", "server-1", "another"), default)).Outcome
        );
        Assert.DoesNotContain(
            bmcs.SelectMany(static bmc => bmc.Requests),
            static one => one.StartsWith("PATCH", StringComparison.Ordinal) || one.Contains("Reset", StringComparison.Ordinal)
        );
        Assert.Empty((await provider.ListAsync(default)).Machines);
    }

    [Theory]
    [InlineData(0, 0, "server-0")]
    [InlineData(1, 0, "server-1")]
    [InlineData(1, 900, "server-2")]
    [InlineData(0, 900, "server-2")]
    [InlineData(2, 0, "")]
    public async Task A_claim_gets_a_server_with_the_accelerators_and_drives_of_its_shape(int gpus, int gigabytes, string expected)
    {
        FakeBmc[] bmcs =
        [
            new() { MemoryGiB = 32, DriveGB = 480 },
            new()
            {
                MemoryGiB = 64,
                DriveGB = 480,
                Processors = ["CPU", "GPU"],
            },
            new()
            {
                MemoryGiB = 128,
                DriveGB = 960,
                Processors = ["CPU", "GPU"],
            },
        ];
        using RedfishProvider provider = Create(bmcs);
        Dictionary<string, decimal> resources = [];
        if (gpus > 0)
            resources["nvidia.com/gpu"] = gpus;
        if (gigabytes > 0)
            resources["ephemeral-storage"] = gigabytes * 1_000_000_000m;

        MachineResult made = await provider.ProvisionAsync(Request with { Shape = "gpu", Resources = resources }, default);

        Assert.Equal(expected, made.Machine?.Name ?? "");
        if (expected.Length == 0)
            Assert.Contains("with the accelerators and drives of shape 'gpu'", made.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_claim_gets_the_smallest_free_server_that_fits()
    {
        FakeBmc[] bmcs = [new() { MemoryGiB = 128 }, new() { MemoryGiB = 32 }, new() { MemoryGiB = 64 }];
        using RedfishProvider provider = Create(bmcs);
        MachineResult[] made = await Task.WhenAll(
            Enumerable.Range(1, 3).Select(i => provider.ProvisionAsync(Request with { ClaimUid = $"claim-{i}" }, default))
        );
        Assert.Equal(["server-0", "server-1", "server-2"], made.Select(static one => one.Machine!.Name).Order(StringComparer.Ordinal));
        Assert.Equal(MachineOutcome.NoCapacity, (await provider.ProvisionAsync(Request with { ClaimUid = "claim-4" }, default)).Outcome);
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, MachineOutcome.Invalid)]
    [InlineData(HttpStatusCode.Forbidden, MachineOutcome.Forbidden)]
    public async Task A_server_that_refuses_its_mark_does_not_block_others(HttpStatusCode refusal, MachineOutcome alone)
    {
        FakeBmc smallest = new() { MemoryGiB = 32, RefusesAssetTags = refusal },
            next = new();
        using RedfishProvider only = Create(smallest);
        using RedfishProvider provider = Create([smallest, next]);

        Assert.Equal(alone, (await only.ProvisionAsync(Request, default)).Outcome);
        MachineResult made = await provider.ProvisionAsync(Request, default);

        Assert.True(made.Outcome == MachineOutcome.Succeeded, made.Reason);
        Assert.Equal(("server-1", "Off", "On"), (made.Machine!.Name, smallest.Power, next.Power));
    }

    [Fact]
    public async Task A_marked_server_that_does_not_start_is_released_without_its_provider_ID()
    {
        var bmc = new FakeBmc { HasHttpBoot = true, DropsHttpBootUri = true };
        using RedfishProvider provider = Create(
            [bmc],
            FakeBmc.Password,
            ""","bootTarget":"UefiHttp","httpBootURI":"http://boot.example.com/boot.ipxe" """
        );
        Assert.Equal(MachineOutcome.Failed, (await provider.ProvisionAsync(Request, default)).Outcome);
        Assert.NotEqual("", bmc.AssetTag);

        // The claim has the requested name, not the server's.
        MachineResult gone = await provider.DeprovisionAsync(new(null, Request.Name, Request.ClaimUid), default);

        Assert.True(gone.Outcome == MachineOutcome.Succeeded, gone.Reason);
        Assert.Equal("", bmc.AssetTag);
    }

    [Fact]
    public async Task An_unreachable_BMC_delays_the_claim_except_on_the_first_attempt()
    {
        FakeBmc[] bmcs = [new(), new() { IsDown = true }];
        using RedfishProvider provider = Create(bmcs);
        MachineResult result = await provider.ProvisionAsync(Request, default);
        Assert.Equal(MachineOutcome.Unavailable, result.Outcome);
        Assert.Equal(MachineOutcome.Succeeded, (await provider.ProvisionAsync(Request with { IsFirstAttempt = true }, default)).Outcome);
        MachineListResult list = await provider.ListAsync(default);
        Assert.Equal((MachineOutcome.Unavailable, 1), (list.Outcome, list.Machines.Count));
    }

    [Fact]
    public async Task Two_controllers_that_write_concurrently_create_one_server()
    {
        var bmc = new FakeBmc();
        using RedfishProvider one = Create(bmc),
            other = Create(bmc);
        MachineResult[] results = await Task.WhenAll(
            one.ProvisionAsync(Request, default),
            other.ProvisionAsync(Request with { ClaimUid = "other-claim" }, default)
        );
        Assert.Equal(1, results.Count(static result => result.Outcome == MachineOutcome.Succeeded));
    }

    [Fact]
    public async Task A_truncated_asset_tag_is_not_a_claim()
    {
        var bmc = new FakeBmc { AssetTagLength = 10 };
        using RedfishProvider provider = Create(bmc);
        MachineResult result = await provider.ProvisionAsync(Request, default);
        Assert.NotEqual(MachineOutcome.Succeeded, result.Outcome);
        Assert.Equal("Off", bmc.Power);
    }

    [Fact]
    public async Task A_rejected_password_is_not_quoted()
    {
        using RedfishProvider provider = Create([new FakeBmc()], "wrong-password-1");
        MachineResult result = await provider.ProvisionAsync(Request with { IsFirstAttempt = true }, default);
        Assert.Contains("does not accept the user name and password", result.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-password-1", result.Reason, StringComparison.Ordinal);
    }

    private static RedfishProvider Create(params FakeBmc[] bmcs) => Create(bmcs, FakeBmc.Password);

    private static RedfishProvider Create(FakeBmc[] bmcs, string password, string fields = "")
    {
        string systems = string.Join(',', bmcs.Select(static (_, i) => $$"""{"name":"server-{{i}}","endpoint":"https://bmc-{{i}}"}"""));
        var settings = new MachineProviderSettings(
            "metal",
            "kubenodesmith",
            JsonDocument.Parse($$"""{"type":"redfish","redfish":{"systems":[{{systems}}]{{fields}} } }""").RootElement,
            new(
                new Dictionary<string, string>
                {
                    [RedfishProviderFactory.UserName] = FakeBmc.UserName,
                    [RedfishProviderFactory.Password] = password,
                }
            )
        )
        {
            Owner = "cluster-1/metal",
            Time = new ManualTimeProvider { IsEager = true },
            WrapTransport = _ => new Router(bmcs),
        };
        Assert.Empty(new RedfishProviderFactory().Validate(settings));
        return (RedfishProvider)new RedfishProviderFactory().Create(settings);
    }

    private static MachineIdentity Identity(Machine machine) => new(machine.ProviderId, machine.Name, machine.ClaimUid);

    private sealed class Router(FakeBmc[] bmcs) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker[] _invokers = [.. bmcs.Select(static bmc => new HttpMessageInvoker(bmc, false))];

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Of(request).Send(request, cancellationToken);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Of(request).SendAsync(request, cancellationToken);

        private HttpMessageInvoker Of(HttpRequestMessage request) =>
            _invokers[int.Parse(request.RequestUri!.Host.Split('-')[1], System.Globalization.CultureInfo.InvariantCulture)];
    }
}
