using System.Text.Json.Nodes;
using NodeManager.Core.Machines;
using NodeManager.Providers.Proxmox;

namespace NodeManager.Providers.Tests.Proxmox;

/// <summary>
/// The provider against Proxmox' own REST layer, where NODEMANAGER_PROXMOX names one (with NODEMANAGER_PROXMOX_CA, its certificate): the
/// vendor's parsing of forms, parameter checks by the published schema, error bodies and status lines.
/// </summary>
public sealed class RealProxmoxTests
{
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_machine_is_created_listed_restarted_and_destroyed(bool isClone)
    {
        using IMachineProvider provider = Create(isClone, FakeProxmox.Secret);
        MachineRequest request = ProxmoxFixture.Request(Guid.NewGuid().ToString(), isClone ? "real-clone" : "real-new");
        Assert.All(
            await ((ITestableMachineProvider)provider).TestAsync(default),
            static one => Assert.True(one.Passed || one.Check == "Hosts", one.ToString())
        );
        MachineResult made = await provider.ProvisionAsync(request, default);
        Assert.True(made.Outcome == MachineOutcome.Succeeded, made.Reason);
        Assert.Equal(
            (MachineStatus.Running, true, request.ClaimUid),
            (made.Machine!.Status, made.Machine.IsManaged, made.Machine.ClaimUid)
        );
        Assert.Equal(made.Machine.ProviderId, (await provider.ProvisionAsync(request, default)).Machine!.ProviderId);
        Assert.Contains((await provider.ListAsync(default)).Machines, one => one.ClaimUid == request.ClaimUid);
        MachineIdentity identity = ProxmoxFixture.Identity(made.Machine);
        Assert.Equal(MachineOutcome.Succeeded, (await provider.RestartAsync(identity, default)).Outcome);
        Assert.Equal(MachineOutcome.Refused, (await provider.DeprovisionAsync(identity with { Name = "other" }, default)).Outcome);
        Assert.Equal(MachineOutcome.Succeeded, (await provider.DeprovisionAsync(identity, default)).Outcome);
        Assert.Equal(MachineOutcome.NotFound, (await provider.GetAsync(identity, default)).Outcome);
    }

    [SkippableFact]
    public async Task Parameters_that_violate_the_schema_are_named()
    {
        JsonNode spec = JsonNode.Parse(SpecOf(false))!;
        spec["proxmox"]!["vmOptions"] = new JsonArray(new JsonObject { ["name"] = "nosuchoption", ["value"] = 1 });
        using IMachineProvider provider = Create(false, FakeProxmox.Secret, spec.ToJsonString());
        MachineResult result = await provider.ProvisionAsync(ProxmoxFixture.Request(Guid.NewGuid().ToString()), default);
        Assert.Equal(MachineOutcome.Invalid, result.Outcome);
        Assert.Contains("nosuchoption", result.Reason, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_wrong_secret_is_refused_and_not_quoted()
    {
        using IMachineProvider provider = Create(false, "wrong-secret-value");
        MachineResult result = await provider.ProvisionAsync(ProxmoxFixture.Request(), default);
        Assert.Equal(MachineOutcome.Unauthorized, result.Outcome);
        Assert.DoesNotContain("wrong-secret-value", result.Reason, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task An_untrusted_server_certificate_is_refused()
    {
        JsonNode spec = JsonNode.Parse(SpecOf(false))!;
        spec["proxmox"]!.AsObject().Remove("caBundle");
        using IMachineProvider provider = Create(false, FakeProxmox.Secret, spec.ToJsonString());
        MachineResult result = await provider.ListAsync(default) is { } list ? MachineResult.Ended(list.Outcome, list.Reason) : null!;
        Assert.Equal(MachineOutcome.Unavailable, result.Outcome);
        Assert.Contains("certificate", result.Reason, StringComparison.OrdinalIgnoreCase);
    }

    private static IMachineProvider Create(bool isClone, string secret, string? spec = null)
    {
        using var none = new FakeProxmox();
        MachineProviderSettings settings = ProxmoxFixture.Settings(none, spec ?? SpecOf(isClone), secret: secret);
        return new ProxmoxProviderFactory().Create(settings with { WrapTransport = null, Time = TimeProvider.System });
    }

    private static string SpecOf(bool isClone)
    {
        string? endpoint = Environment.GetEnvironmentVariable("NODEMANAGER_PROXMOX");
        Skip.If(endpoint is null, "NODEMANAGER_PROXMOX names no Proxmox");
        JsonNode spec = JsonNode.Parse(ProxmoxFixture.Sample)!;
        spec["proxmox"]!["endpoint"] = endpoint;
        if (endpoint!.StartsWith("http:", StringComparison.Ordinal))
            spec["proxmox"]!["allowUnencryptedAuthentication"] = true;
        if (Environment.GetEnvironmentVariable("NODEMANAGER_PROXMOX_CA") is { } ca)
            spec["proxmox"]!["caBundle"] = Convert.ToBase64String(File.ReadAllBytes(ca));
        if (isClone)
            spec["proxmox"]!["template"] = new JsonObject { ["vmID"] = 9000 };
        return spec.ToJsonString();
    }
}
