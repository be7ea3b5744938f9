using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Core.Machines;
using NodeManager.Providers.Proxmox;

namespace NodeManager.Providers.Tests.Proxmox;

public sealed class ProxmoxProviderTests
{
    private static readonly string Clone = ProxmoxFixture.Sample.Replace(
        "\"managedNodeTag\"",
        "\"template\":{\"vmID\":9000},\"managedNodeTag\"",
        StringComparison.Ordinal
    );

    [Fact]
    public async Task A_machine_is_created_as_in_the_documented_sample()
    {
        using var server = new FakeProxmox();
        using ProxmoxProvider provider = ProxmoxFixture.Create(server);

        MachineResult result = await provider.ProvisionAsync(ProxmoxFixture.Request(), default);

        Assert.True(result.Outcome == MachineOutcome.Succeeded, result.Reason);
        FakeVm vm = Assert.Single(server.Vms.Values);
        Assert.InRange(vm.Id, 1250, 1300);
        Assert.True(vm.IsRunning);
        Assert.Equal(
            ("proxmox-small-1", "kubenodesmith-managed", "4", "10240", "1"),
            (
                vm.Configuration["name"],
                vm.Configuration["tags"],
                vm.Configuration["cores"],
                vm.Configuration["memory"],
                vm.Configuration["sockets"]
            )
        );
        Assert.Matches("^virtio=02:00:00:([0-9A-F]{2}:){2}[0-9A-F]{2},bridge=vmbr0,tag=20$", vm.Configuration["net0"]);
        Assert.Equal("meta=snippets:snippets/zagato-shared-cloud-init-meta-data.yaml", vm.Configuration["cicustom"]);
        Assert.Equal(
            (
                $"proxmox://garage/vms/{vm.Id}",
                "proxmox-small-1",
                ProxmoxFixture.Request().ClaimUid,
                MachineStatus.Running,
                true,
                10240L << 20
            ),
            (
                result.Machine!.ProviderId,
                result.Machine.Name,
                result.Machine.ClaimUid,
                result.Machine.Status,
                result.Machine.IsManaged,
                result.Machine.Memory
            )
        );
        Assert.Single(result.Machine.MacAddresses);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_claim_creates_and_destroys_one_machine_when_repeated(bool isClone)
    {
        using var server = new FakeProxmox();
        server.Add(
            9000,
            new()
            {
                ["name"] = "template",
                ["template"] = "1",
                ["scsi0"] = "local-zfs:base-9000-disk-0",
            },
            isRunning: false
        );
        using ProxmoxProvider provider = ProxmoxFixture.Create(server, isClone ? Clone : ProxmoxFixture.Sample);
        MachineResult first = await provider.ProvisionAsync(ProxmoxFixture.Request(), default),
            second = await provider.ProvisionAsync(ProxmoxFixture.Request(), default);

        Assert.Equal((MachineOutcome.Succeeded, ""), (first.Outcome, first.Reason));
        Assert.Equal(first.Machine!.ProviderId, second.Machine!.ProviderId);
        Assert.Equal(2, server.Vms.Count);
        if (isClone)
            Assert.Equal("local-zfs:16,serial=CONTAINERD01,discard=on,ssd=1", server.Vms.Values.First().Configuration["scsi0"]);
        Assert.Equal(
            ProxmoxFixture.Identity(first.Machine),
            ProxmoxFixture.Identity(Assert.Single((await provider.ListAsync(default)).Machines))
        );
        Assert.Equal(MachineOutcome.Succeeded, (await provider.DeprovisionAsync(ProxmoxFixture.Identity(first.Machine), default)).Outcome);
        Assert.Equal(MachineOutcome.NotFound, (await provider.DeprovisionAsync(ProxmoxFixture.Identity(first.Machine), default)).Outcome);
        Assert.Equal(9000, Assert.Single(server.Vms.Keys));
    }

    [Fact]
    public async Task Concurrent_claims_of_two_controllers_get_different_ids()
    {
        using var server = new FakeProxmox { TaskPolls = static () => 3 };
        using ProxmoxProvider one = ProxmoxFixture.Create(server),
            other = ProxmoxFixture.Create(server);
        MachineResult[] results = await Task.WhenAll(
            Enumerable
                .Range(0, 12)
                .Select(async i =>
                {
                    MachineRequest request = ProxmoxFixture.Request($"claim-{i}", $"m-{i}") with { CpuCores = 1, MemoryMiB = 1024 };
                    for (int attempt = 0; ; attempt++)
                    {
                        MachineResult result = await (i % 2 == 0 ? one : other).ProvisionAsync(request, default);
                        if (result.Outcome != MachineOutcome.Pending || attempt > 200)
                            return result;
                    }
                })
        );

        Assert.All(results, static result => Assert.True(result.Outcome == MachineOutcome.Succeeded, result.Reason));
        Assert.Equal(12, results.Select(static result => result.Machine!.ProviderId).Distinct().Count());
        Assert.Equal(12, server.Vms.Count);
    }

    [Fact]
    public async Task Free_room_subtracts_guests_and_pending_machines()
    {
        using var server = new FakeProxmox();
        server.Hosts.Remove("porsche");
        server.Hosts["alfaromeo"] = (8, 16384);
        using ProxmoxProvider provider = ProxmoxFixture.Create(server);

        Assert.Equal(MachineOutcome.Succeeded, (await provider.ProvisionAsync(ProxmoxFixture.Request(), default)).Outcome);
        MachineResult none = await provider.ProvisionAsync(ProxmoxFixture.Request("claim-2", "second"), default);
        Assert.Equal(MachineOutcome.NoCapacity, none.Outcome);
        Assert.Contains("alfaromeo has 8 cores and 6144 MiB free", none.Reason, StringComparison.Ordinal);
        MachineResult large = await provider.ProvisionAsync(
            ProxmoxFixture.Request("claim-3", "third") with
            {
                CpuCores = 9,
                MemoryMiB = 1024,
            },
            default
        );
        Assert.Equal(MachineOutcome.NoCapacity, large.Outcome);
    }

    // Each host has room for two of them.
    [Fact]
    public async Task Machines_that_the_hosts_have_not_reported_yet_count_on_their_hosts()
    {
        using var server = new FakeProxmox { ReportsLate = true };
        using ProxmoxProvider provider = ProxmoxFixture.Create(server);
        MachineRequest[] requests =
        [
            .. Enumerable
                .Range(1, 5)
                .Select(static i => ProxmoxFixture.Request($"claim-{i}", $"machine-{i}") with { MemoryMiB = 28 * 1024 }),
        ];

        MachineResult[] made = await Task.WhenAll(requests[..4].Select(one => provider.ProvisionAsync(one, default)));
        MachineResult fifth = await provider.ProvisionAsync(requests[4], default);
        server.ReportsLate = false;
        MachineResult reported = await provider.ProvisionAsync(requests[4], default);

        Assert.All(made, static one => Assert.True(one.Outcome == MachineOutcome.Succeeded, one.Reason));
        Assert.Equal(["alfaromeo", "alfaromeo", "porsche", "porsche"], server.Vms.Values.Select(static one => one.Host).Order());
        Assert.Equal((MachineOutcome.NoCapacity, MachineOutcome.NoCapacity), (fifth.Outcome, reported.Outcome));

        // The share of a machine that is gone is free again.
        await provider.DeprovisionAsync(ProxmoxFixture.Identity(made[0].Machine!), default);
        Assert.Equal(MachineOutcome.Succeeded, (await provider.ProvisionAsync(requests[4], default)).Outcome);
    }

    [Fact]
    public async Task A_host_that_is_offline_stops_no_creation_on_others_except_for_claims_that_may_have_a_machine_there()
    {
        using var server = new FakeProxmox();
        using ProxmoxProvider provider = ProxmoxFixture.Create(server);
        MachineResult there = await provider.ProvisionAsync(ProxmoxFixture.Request(), default);
        server.Offline.Add(Assert.Single(server.Vms.Values).Host);
        MachineRequest next = ProxmoxFixture.Request("claim-2", "second") with { IsFirstAttempt = true };

        MachineResult repeated = await provider.ProvisionAsync(next with { IsFirstAttempt = false }, default);
        MachineResult made = await provider.ProvisionAsync(next, default);

        Assert.Equal(MachineOutcome.Unavailable, repeated.Outcome);
        Assert.Contains("hosts are offline", repeated.Reason, StringComparison.Ordinal);
        Assert.True(made.Outcome == MachineOutcome.Succeeded, made.Reason);
        Assert.Equal(MachineOutcome.Unavailable, (await provider.ListAsync(default)).Outcome);
        Assert.Equal(
            MachineOutcome.Unavailable,
            (await provider.DeprovisionAsync(ProxmoxFixture.Identity(there.Machine!) with { ProviderId = null }, default)).Outcome
        );
    }

    public static TheoryData<string, string> Alterations =>
        new()
        {
            { "name", "his-database" },
            { "tags", "other" },
            { "description", "mine now" },
        };

    [Theory]
    [MemberData(nameof(Alterations))]
    public async Task An_altered_machine_is_not_destroyed_restarted_or_duplicated(string key, string value)
    {
        using var server = new FakeProxmox();
        using ProxmoxProvider provider = ProxmoxFixture.Create(server);
        Machine machine = (await provider.ProvisionAsync(ProxmoxFixture.Request(), default)).Machine!;
        FakeVm vm = server.Vms.Values.Single();
        vm.Set(key, value);

        MachineResult destroyed = await provider.DeprovisionAsync(ProxmoxFixture.Identity(machine), default);
        MachineResult restarted = await provider.RestartAsync(ProxmoxFixture.Identity(machine), default);

        MachineOutcome expected = key == "description" ? MachineOutcome.NotFound : MachineOutcome.Refused;
        Assert.Equal((expected, expected), (destroyed.Outcome, restarted.Outcome));
        Assert.Same(vm, server.Vms.Values.Single());
        Assert.True(vm.IsRunning);
        if (key == "description")
            return;
        Assert.Equal(MachineOutcome.Refused, (await provider.ProvisionAsync(ProxmoxFixture.Request(), default)).Outcome);
        Assert.Single(server.Vms);
        Assert.False(Assert.Single((await provider.ListAsync(default)).Machines).IsManaged);
    }

    [Fact]
    public async Task A_machine_that_reuses_an_id_is_not_changed()
    {
        using var server = new FakeProxmox();
        using ProxmoxProvider provider = ProxmoxFixture.Create(server);
        Machine machine = (await provider.ProvisionAsync(ProxmoxFixture.Request(), default)).Machine!;
        long id = server.Vms.Keys.Single();
        server.Vms.Remove(id);
        server.Add(
            id,
            new()
            {
                ["name"] = machine.Name,
                ["tags"] = "kubenodesmith-managed",
                ["description"] = "a database",
            }
        );

        Assert.Equal(MachineOutcome.NotFound, (await provider.DeprovisionAsync(ProxmoxFixture.Identity(machine), default)).Outcome);
        Assert.Empty(server.Destroyed);
    }

    [Fact]
    public async Task A_manual_clone_of_a_machine_is_foreign()
    {
        using var server = new FakeProxmox();
        using ProxmoxProvider provider = ProxmoxFixture.Create(server);
        Machine machine = (await provider.ProvisionAsync(ProxmoxFixture.Request(), default)).Machine!;
        server.Add(1299, new(server.Vms.Values.Single().Configuration));

        MachineIdentity copy = ProxmoxFixture.Identity(machine) with { ProviderId = "proxmox://garage/vms/1299" };
        Assert.Equal(MachineOutcome.Refused, (await provider.DeprovisionAsync(copy, default)).Outcome);
        Assert.Equal(MachineOutcome.Succeeded, (await provider.DeprovisionAsync(ProxmoxFixture.Identity(machine), default)).Outcome);
        Assert.Equal(1299, Assert.Single(server.Vms.Keys));
    }

    [Fact]
    public async Task Machines_of_another_cluster_on_the_same_hosts_are_not_listed()
    {
        using var server = new FakeProxmox();
        using ProxmoxProvider ours = ProxmoxFixture.Create(server),
            theirs = ProxmoxFixture.Create(server, owner: "cluster-2/proxmox");
        Machine machine = (await theirs.ProvisionAsync(ProxmoxFixture.Request(), default)).Machine!;

        Assert.Empty((await ours.ListAsync(default)).Machines);
        Assert.Equal(MachineOutcome.NotFound, (await ours.DeprovisionAsync(ProxmoxFixture.Identity(machine), default)).Outcome);
        Assert.Single(server.Vms);
    }

    [Fact]
    public async Task A_guest_that_does_not_restart_is_reset()
    {
        using var server = new FakeProxmox();
        using ProxmoxProvider provider = ProxmoxFixture.Create(server);
        Machine machine = (await provider.ProvisionAsync(ProxmoxFixture.Request(), default)).Machine!;
        Assert.Equal(MachineOutcome.Succeeded, (await provider.RestartAsync(ProxmoxFixture.Identity(machine), default)).Outcome);
        Assert.Equal(1, server.Vms.Values.Single().Boots);

        server.Vms.Values.Single().IgnoresGuest = true;
        Assert.Equal(MachineOutcome.Succeeded, (await provider.RestartAsync(ProxmoxFixture.Identity(machine), default)).Outcome);
        Assert.Contains(server.Requests, static one => one.EndsWith("/status/stop", StringComparison.Ordinal));
        Assert.True(server.Vms.Values.Single().IsRunning);
    }

    [Theory]
    [InlineData("""{"type":"proxmox"}""", "proxmox field required")]
    [InlineData("""{"type":"proxmox","proxmox":{"endpoint":"https://a","caBundle":"AAAA"}}""", "caBundle holds no certificate")]
    [InlineData("""{"type":"proxmox","proxmox":{"endpoint":"http://a"}}""", "Use https, or set allowUnencryptedAuthentication to true")]
    [InlineData("""{"type":"proxmox","proxmox":{"endpoint":"https://a","vmIDRange":{"lower":"x","upper":1}}}""", "spec cannot be read")]
    public void Invalid_settings_are_reported_without_a_connection(string spec, string problem)
    {
        using var server = new FakeProxmox();
        Assert.Contains(
            new ProxmoxProviderFactory().Validate(ProxmoxFixture.Settings(server, spec)),
            one => one.Contains(problem, StringComparison.Ordinal)
        );
        Assert.Empty(new ProxmoxProviderFactory().Validate(ProxmoxFixture.Settings(server)));
    }

    [Fact]
    public async Task A_rejected_secret_is_not_quoted()
    {
        using var server = new FakeProxmox();
        using IMachineProvider provider = new ProxmoxProviderFactory().Create(
            ProxmoxFixture.Settings(server, secret: "wrong-secret-value")
        );
        MachineResult result = await provider.ProvisionAsync(ProxmoxFixture.Request(), default);
        Assert.Equal(MachineOutcome.Unauthorized, result.Outcome);
        Assert.DoesNotContain("wrong-secret-value", result.Reason, StringComparison.Ordinal);
        IReadOnlyList<MachineProviderFinding> findings = await ((ITestableMachineProvider)provider).TestAsync(default);
        Assert.Equal(
            [("Reachable", true), ("Credentials", false)],
            findings.Where(static one => one.Check != "Certificate").Select(static one => (one.Check, one.Passed))
        );
        Assert.Contains("Set-NodeProvider -Credential", findings[^1].Action, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_test_reports_missing_permissions()
    {
        using var server = new FakeProxmox();
        using ProxmoxProvider provider = ProxmoxFixture.Create(server);
        Assert.All(await provider.TestAsync(default), static one => Assert.True(one.Passed, one.Message));
        server.Privileges.Remove("VM.PowerMgmt");
        IReadOnlyList<MachineProviderFinding> findings = await provider.TestAsync(default);
        Assert.Equal("The token lacks VM.PowerMgmt on /vms.", Assert.Single(findings, static one => !one.Passed).Message);
        Assert.Contains(findings, static one => one is { Check: "Ids", Message: "51 of 51 ids from 1250 to 1300 are free." });
    }

    [Theory]
    [InlineData("Datastore.AllocateSpace", "The token lacks Datastore.AllocateSpace on /storage/local-zfs.")]
    [InlineData("VM.Config.Disk", "The token lacks VM.Config.Disk on /vms.")]
    [InlineData("SDN.Use", "The token lacks SDN.Use on /sdn/zones/localnetwork/vmbr0/20.")]
    [InlineData("VM.Config.Cloudinit", "The token lacks VM.Config.Cloudinit on /vms.")]
    public async Task A_provider_test_reports_each_privilege_that_disks_and_networks_take(string privilege, string message)
    {
        using var server = new FakeProxmox();
        using ProxmoxProvider provider = ProxmoxFixture.Create(server);
        server.Privileges.Remove(privilege);

        Assert.Equal(message, Assert.Single(await provider.TestAsync(default), static one => !one.Passed).Message);
    }

    [Theory]
    // On the path itself, above it, on the resource pool; the bridge with all its VLANs, or one of them.
    [InlineData("9.1.1", """{"/":{"all":1}}""", "")]
    [InlineData("9.1.1", """{"/vms":{"all":1},"/storage/local-zfs":{"all":1},"/sdn/zones/localnetwork/vmbr0":{"all":1}}""", "")]
    [InlineData("9.1.1", """{"/vms":{"all":1},"/storage":{"all":1},"/sdn/zones/localnetwork/vmbr0/20":{"all":1}}""", "")]
    [InlineData("9.1.1", """{"/pool/k8s":{"all":1},"/sdn":{"all":1}}""", "")]
    [InlineData(
        "9.1.1",
        """{"/vms":{"all":1},"/storage/other":{"all":1},"/sdn/zones/localnetwork/vmbr1":{"all":1}}""",
        "Datastore.AllocateSpace /storage/local-zfs, SDN.Use /sdn/zones/localnetwork/vmbr0/20"
    )]
    [InlineData(
        "9.1.1",
        """{"/vms":{"all":1},"/storage":{"all":1},"/sdn/zones/localnetwork/vmbr0/21":{"all":1}}""",
        "SDN.Use /sdn/zones/localnetwork/vmbr0/20"
    )]
    [InlineData("7.4-3", """{"/vms":{"all":1},"/storage":{"all":1}}""", "")]
    public void A_privilege_counts_on_its_path_above_it_and_on_a_pool(string version, string granted, string missing)
    {
        ProxmoxProviderSpec spec = JsonSerializer.Deserialize(ProxmoxFixture.Sample, ProxmoxSpecJson.Default.ProxmoxPart)!.Proxmox!;
        IReadOnlyList<ProxmoxPermission> required = ProxmoxPermissions.Required(spec, version);
        Dictionary<string, Dictionary<string, JsonElement>> permissions = JsonNode
            .Parse(granted)!
            .AsObject()
            .ToDictionary(
                static path => path.Key,
                path =>
                    required
                        .DistinctBy(static one => one.Privilege)
                        .ToDictionary(static one => one.Privilege, static _ => default(JsonElement))
            );

        Assert.Equal(
            missing,
            string.Join(", ", ProxmoxPermissions.Missing(required, permissions).Select(static one => $"{one.Privilege} {one.Path}"))
        );
    }
}
