using System.Net;
using System.Text;
using System.Text.Json;
using NodeManager.Core.Machines;
using NodeManager.Providers.Redfish;
using NodeManager.Testing;

namespace NodeManager.Providers.Tests.Redfish;

/// <summary>What a controller answers leads no request elsewhere, and holds nothing up for long.</summary>
public sealed class RedfishAddressTests
{
    private static readonly MachineRequest Request = new("22222222-aaaa-bbbb-cccc-000000000001", "metal-1", 8, 32768);

    public static TheoryData<string, string> Elsewhere
    {
        get
        {
            TheoryData<string, string> cases = [];
            foreach (
                string path in (string[])
                    [
                        "/redfish/v1/SessionService/Sessions\"",
                        "/redfish/v1/Systems\"",
                        "/redfish/v1/Systems/1\"",
                        "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset\"",
                    ]
            )
            foreach (
                string prefix in (string[])
                    [
                        "https://evil.example.com",
                        "http://bmc-0",
                        "https://bmc-0:8443",
                        "//evil.example.com",
                        "https://admin@bmc-0",
                        "https://bmc-0@evil.example.com",
                    ]
            )
                cases.Add(path, prefix);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Elsewhere))]
    public async Task An_address_elsewhere_in_an_answer_gets_no_request(string path, string prefix)
    {
        Relay relay = new(new()) { Rewrite = text => text.Replace($"\"{path}", $"\"{prefix}{path}", StringComparison.Ordinal) };
        using RedfishProvider provider = Create(relay);

        MachineResult result = await provider.ProvisionAsync(Request with { IsFirstAttempt = true }, default);

        Assert.NotEqual(MachineOutcome.Succeeded, result.Outcome);
        Assert.NotEmpty(relay.Seen);
        Assert.All(
            relay.Seen,
            static address => Assert.Equal(("https", "bmc-0", 443, ""), (address.Scheme, address.Host, address.Port, address.UserInfo))
        );
    }

    [Fact]
    public async Task An_address_of_its_own_may_be_absolute()
    {
        FakeBmc bmc = new();
        Relay relay = new(bmc)
        {
            Rewrite = static text => text.Replace("\"/redfish", "\"https://BMC-0:443/redfish", StringComparison.Ordinal),
        };
        using RedfishProvider provider = Create(relay);

        MachineResult result = await provider.ProvisionAsync(Request, default);

        Assert.True(result.Outcome == MachineOutcome.Succeeded, result.Reason);
        Assert.Equal("On", bmc.Power);
    }

    [Fact]
    public async Task A_task_monitor_elsewhere_gets_no_request()
    {
        Relay relay = new(new() { HasTasks = true }) { Location = "https://evil.example.com/redfish/v1/TaskService/Monitors/1" };
        using RedfishProvider provider = Create(relay);

        await provider.ProvisionAsync(Request, default);

        Assert.All(relay.Seen, static address => Assert.Equal("bmc-0", address.Host));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(86400, 60)]
    [InlineData(3, 3)]
    public async Task A_pause_that_a_controller_asks_for_has_bounds(int asked, int seconds)
    {
        Relay relay = new(new()) { RetryAfter = TimeSpan.FromSeconds(asked) };
        ManualTimeProvider time = new() { IsEager = true };
        using RedfishProvider provider = Create(relay, time);
        DateTimeOffset start = time.GetUtcNow();

        MachineListResult list = await provider.ListAsync(default);

        Assert.Equal(MachineOutcome.Succeeded, list.Outcome);
        Assert.Equal(seconds, (time.GetUtcNow() - start).TotalSeconds, 0.5);
    }

    [Fact]
    public async Task Closing_a_provider_does_not_wait_for_its_controllers()
    {
        Relay relay = new(new());
        RedfishProvider provider = Create(relay);
        Assert.Equal(MachineOutcome.Succeeded, (await provider.ListAsync(default)).Outcome);
        relay.LogOut = new();

        provider.Dispose();

        // Back although the answer has not come.
        Assert.False(relay.LogOut.Task.IsCompleted);
        relay.LogOut.SetResult();
    }

    [Fact]
    public void An_unencrypted_endpoint_needs_a_setting_of_its_own()
    {
        MachineProviderSettings plain = Settings("http://bmc-0", ""),
            allowed = Settings("http://bmc-0", ""","allowUnencryptedAuthentication":true""");

        string problem = Assert.Single(new RedfishProviderFactory().Validate(plain));
        Assert.Contains("allowUnencryptedAuthentication", problem, StringComparison.Ordinal);
        Assert.Contains("server-0", problem, StringComparison.Ordinal);
        Assert.Empty(new RedfishProviderFactory().Validate(allowed));
        Assert.Empty(new RedfishProviderFactory().Validate(Settings("https://bmc-0", "")));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("DC1-0042", true)]
    [InlineData("Rack 7 / 0042 / R640", true)]
    [InlineData("Property of Example Corporation 0042", false)]
    public async Task A_server_with_a_tag_of_its_own_is_claimed_where_there_is_room_and_otherwise_listed(string own, bool hasRoom)
    {
        FakeBmc bmc = new() { AssetTag = own };
        using RedfishProvider provider = Create(new(bmc));

        MachineProviderFinding[] findings = [.. (await provider.TestAsync(default)).Where(static one => one.Check == "AssetTag")];
        MachineResult made = await provider.ProvisionAsync(Request, default);

        Assert.Equal((hasRoom, hasRoom ? MachineOutcome.Succeeded : MachineOutcome.NoCapacity), (findings.Length == 0, made.Outcome));
        if (!hasRoom)
        {
            Assert.Equal(own, bmc.AssetTag);
            return;
        }

        Assert.StartsWith(own, bmc.AssetTag!, StringComparison.Ordinal);
        Assert.True(bmc.AssetTag!.Length <= 63, bmc.AssetTag);
        Assert.Equal(Request.ClaimUid, Assert.Single((await provider.ListAsync(default)).Machines).ClaimUid);
        Assert.Equal(
            MachineOutcome.Succeeded,
            (await provider.DeprovisionAsync(new(made.Machine!.ProviderId, made.Machine.Name, Request.ClaimUid), default)).Outcome
        );
        Assert.Equal(own, bmc.AssetTag);
    }

    [Fact]
    public async Task Servers_that_no_claim_can_have_are_not_chosen_and_named_by_the_test()
    {
        FakeBmc bmc = new() { AssetTag = null };
        using RedfishProvider provider = Create(new(bmc));

        MachineResult made = await provider.ProvisionAsync(Request, default);

        Assert.Equal(MachineOutcome.NoCapacity, made.Outcome);
        Assert.Contains("asset tag", made.Reason, StringComparison.Ordinal);
        IReadOnlyList<MachineProviderFinding> findings = await provider.TestAsync(default);
        Assert.False(Assert.Single(findings, static one => one.Check == "AssetTag").Passed);
        Assert.False(Assert.Single(findings, static one => one.Check == "Capacity").Passed);
    }

    [Fact]
    public async Task A_server_of_unknown_size_is_not_chosen_and_named_by_the_test()
    {
        using RedfishProvider provider = Create(new(new() { MemoryGiB = 0 }));

        Assert.Equal(MachineOutcome.NoCapacity, (await provider.ProvisionAsync(Request, default)).Outcome);
        IReadOnlyList<MachineProviderFinding> findings = await provider.TestAsync(default);
        Assert.Contains("cpuCores", Assert.Single(findings, static one => one.Check == "Size").Action, StringComparison.Ordinal);
        Assert.False(Assert.Single(findings, static one => one.Check == "Capacity").Passed);
    }

    [Fact]
    public async Task Plain_text_of_a_web_server_in_front_of_a_controller_is_quoted()
    {
        using RedfishProvider provider = Create(new(new()) { Plain = "The proxy refuses this client." });

        MachineListResult list = await provider.ListAsync(default);

        Assert.Contains("The proxy refuses this client.", list.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wrong_credentials_are_an_outcome_that_is_not_retried(bool isFirst)
    {
        MachineProviderSettings settings = Settings("https://bmc-0", "") with
        {
            Time = new ManualTimeProvider { IsEager = true },
            WrapTransport = static _ => new Relay(new()),
            Credentials = new(
                new Dictionary<string, string>
                {
                    [RedfishProviderFactory.UserName] = FakeBmc.UserName,
                    [RedfishProviderFactory.Password] = "wrong",
                }
            ),
        };
        using var provider = (RedfishProvider)new RedfishProviderFactory().Create(settings);

        Assert.Equal(
            MachineOutcome.Unauthorized,
            (await provider.ProvisionAsync(Request with { IsFirstAttempt = isFirst }, default)).Outcome
        );
        Assert.Equal(MachineOutcome.Unauthorized, (await provider.GetAsync(new(null, "server-0", Request.ClaimUid), default)).Outcome);
        Assert.Equal(
            MachineOutcome.Unauthorized,
            (await provider.DeprovisionAsync(new(null, "server-0", Request.ClaimUid), default)).Outcome
        );
        Assert.Equal(MachineOutcome.Unauthorized, (await provider.ListAsync(default)).Outcome);
    }

    private static RedfishProvider Create(Relay relay, TimeProvider? time = null)
    {
        MachineProviderSettings settings = Settings("https://bmc-0", "") with
        {
            Time = time ?? new ManualTimeProvider { IsEager = true },
            WrapTransport = _ => relay,
        };
        Assert.Empty(new RedfishProviderFactory().Validate(settings));
        return (RedfishProvider)new RedfishProviderFactory().Create(settings);
    }

    private static MachineProviderSettings Settings(string endpoint, string fields) =>
        new(
            "metal",
            "kubenodesmith",
            JsonDocument
                .Parse($$"""{"type":"redfish","redfish":{"systems":[{"name":"server-0","endpoint":"{{endpoint}}"}]{{fields}} } }""")
                .RootElement,
            new(
                new Dictionary<string, string>
                {
                    [RedfishProviderFactory.UserName] = FakeBmc.UserName,
                    [RedfishProviderFactory.Password] = FakeBmc.Password,
                }
            )
        )
        {
            Owner = "cluster-1/metal",
        };

    /// <summary>Stands before a controller and changes what it answers.</summary>
    private sealed class Relay(FakeBmc bmc) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _inner = new(bmc, false);
        private bool _hasRefused;

        public List<Uri> Seen { get; } = [];

        public Func<string, string> Rewrite { get; init; } = static text => text;

        public string? Location { get; init; }

        /// <summary>The first request for systems is refused as busy, with this.</summary>
        public TimeSpan? RetryAfter { get; init; }

        /// <summary>Requests for systems are refused with this text.</summary>
        public string? Plain { get; init; }

        /// <summary>Ends the session's end.</summary>
        public TaskCompletionSource? LogOut { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            lock (Seen)
                Seen.Add(request.RequestUri!);
            if (request.Method == HttpMethod.Delete && LogOut is { } end)
                await end.Task;
            if (Plain is not null && request.RequestUri!.AbsolutePath.StartsWith("/redfish/v1/Systems", StringComparison.Ordinal))
                return new(HttpStatusCode.BadRequest) { Content = new StringContent(Plain + "\r\n", Encoding.UTF8, "text/plain") };
            if (RetryAfter is { } pause && request.RequestUri!.AbsolutePath.EndsWith("/Systems", StringComparison.Ordinal) && !_hasRefused)
            {
                _hasRefused = true;
                HttpResponseMessage busy = new(HttpStatusCode.ServiceUnavailable) { Content = new StringContent("") };
                busy.Headers.RetryAfter = new(pause);
                return busy;
            }

            HttpResponseMessage answer = await _inner.SendAsync(request, cancellationToken);
            if (Location is not null && answer.StatusCode == HttpStatusCode.Accepted)
                answer.Headers.Location = new(Location);
            if (answer.Content is { } content && await content.ReadAsStringAsync(cancellationToken) is { Length: > 0 } text)
                answer.Content = new StringContent(Rewrite(text), Encoding.UTF8, "application/json");
            return answer;
        }
    }
}
