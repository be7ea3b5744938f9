using System.Net;
using System.Text;
using System.Text.Json;
using NodeManager.Autoscaling.Providers;
using NodeManager.Core.Machines;
using NodeManager.Providers.Webhook;

namespace NodeManager.Providers.Tests.Webhook;

public sealed class WebhookProviderTests
{
    private const string Claim = "33333333-aaaa-bbbb-cccc-000000000001";

    private static readonly MachineRequest Request = new(Claim, "m-1", 4, 8192)
    {
        Zone = "a",
        Labels = new Dictionary<string, string> { ["pool"] = "small" },
        Resources = new Dictionary<string, decimal> { ["nvidia.com/gpu"] = 1 },
    };

    private readonly WebhookServer _server = new(TimeProvider.System);

    [Fact]
    public async Task A_machine_is_created_once_read_listed_and_deleted()
    {
        using IMachineProvider provider = Create();
        MachineResult made = await provider.ProvisionAsync(Request, default);
        Assert.True(made.Outcome == MachineOutcome.Succeeded, made.Reason);
        Assert.Equal(made.Machine!.ProviderId, (await provider.ProvisionAsync(Request, default)).Machine!.ProviderId);
        Assert.Equal(1, _server.Created);
        Machine machine = Assert.Single((await provider.ListAsync(default)).Machines);
        Assert.Equal(
            ("m-1", Claim, "a", 4m, 8192L << 20),
            (machine.Name, machine.ClaimUid, machine.Zone, machine.CpuCores, machine.Memory)
        );

        var identity = new MachineIdentity(machine.ProviderId, "m-1", Claim);
        Assert.Equal(MachineOutcome.Succeeded, (await provider.GetAsync(identity, default)).Outcome);
        Assert.Equal(MachineOutcome.Succeeded, (await provider.RestartAsync(identity, default)).Outcome);
        Assert.Equal(MachineOutcome.Refused, (await provider.DeprovisionAsync(identity with { Name = "other" }, default)).Outcome);
        Assert.Equal(
            MachineOutcome.Refused,
            (await provider.DeprovisionAsync(identity with { ProviderId = "example://machines/9" }, default)).Outcome
        );
        Assert.Single(_server.Claims);
        Assert.Equal(MachineOutcome.Succeeded, (await provider.DeprovisionAsync(identity, default)).Outcome);
        Assert.Equal(MachineOutcome.NotFound, (await provider.DeprovisionAsync(identity, default)).Outcome);
        Assert.Equal(MachineOutcome.NotFound, (await provider.GetAsync(identity, default)).Outcome);
    }

    // A claim whose machine was never confirmed has no provider ID and the requested name only.
    [Fact]
    public async Task A_machine_with_a_name_of_the_endpoint_is_deleted_by_its_claim()
    {
        using IMachineProvider provider = Create();
        _server.OwnName = "vm-0042";
        await provider.ProvisionAsync(Request, default);

        MachineResult gone = await provider.DeprovisionAsync(new(null, Request.Name, Claim), default);

        Assert.True(gone.Outcome == MachineOutcome.Succeeded, gone.Reason);
        Assert.Empty(_server.Claims);
    }

    [Fact]
    public async Task A_lost_answer_creates_no_second_machine()
    {
        using IMachineProvider provider = Create();
        _server.LosesAnswer = true;

        MachineResult made = await provider.ProvisionAsync(Request, default);

        Assert.True(made.Outcome == MachineOutcome.Succeeded, made.Reason);
        Assert.Equal((1, 2), (_server.Created, _server.Requests.Count));
    }

    [Theory]
    [InlineData(HttpStatusCode.Accepted, "", MachineOutcome.Pending)]
    [InlineData(HttpStatusCode.BadRequest, "", MachineOutcome.Invalid)]
    [InlineData(HttpStatusCode.Unauthorized, """{"code":"NoCapacity"}""", MachineOutcome.Unauthorized)]
    [InlineData(HttpStatusCode.Forbidden, "", MachineOutcome.Forbidden)]
    [InlineData(HttpStatusCode.Conflict, "", MachineOutcome.Refused)]
    [InlineData(HttpStatusCode.ServiceUnavailable, """{"code":"NoCapacity","message":"no room"}""", MachineOutcome.NoCapacity)]
    [InlineData(HttpStatusCode.ServiceUnavailable, "<html>", MachineOutcome.Unavailable)]
    [InlineData(HttpStatusCode.InternalServerError, """{"code":"Failed"}""", MachineOutcome.Failed)]
    [InlineData(HttpStatusCode.InternalServerError, """{"code":"Succeeded"}""", MachineOutcome.Unavailable)]
    [InlineData(HttpStatusCode.TooManyRequests, "", MachineOutcome.Unavailable)]
    [InlineData(HttpStatusCode.OK, "{}", MachineOutcome.Refused)]
    [InlineData(HttpStatusCode.OK, "", MachineOutcome.Unavailable)]
    [InlineData(HttpStatusCode.OK, "[]", MachineOutcome.Unavailable)]
    [InlineData(HttpStatusCode.Found, "", MachineOutcome.Invalid)]
    public async Task Answers_are_outcomes(HttpStatusCode code, string body, MachineOutcome expected)
    {
        using IMachineProvider provider = Create();
        _server.Fault = _ => WebhookServer.Answer(code, body);

        Assert.Equal(expected, (await provider.ProvisionAsync(Request, default)).Outcome);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task Text_of_the_endpoint_is_bounded_and_a_pause_is_kept_within_limits()
    {
        using IMachineProvider provider = Create();
        _server.Fault = static _ =>
        {
            HttpResponseMessage answer = WebhookServer.Answer(
                HttpStatusCode.ServiceUnavailable,
                $$"""{"message":"a\u001b[31m{{new string('x', 5000)}} {{WebhookServer.Secret}}"}"""
            );
            answer.Headers.RetryAfter = new(TimeSpan.FromDays(1));
            return answer;
        };

        MachineResult result = await provider.ProvisionAsync(Request, default);

        Assert.InRange(result.Reason.Length, 100, 400);
        Assert.DoesNotContain('\u001b', result.Reason);
        Assert.Equal(TimeSpan.FromMinutes(1), result.RetryAfter);
    }

    [Fact]
    public async Task Machines_of_another_owner_are_neither_listed_nor_deleted()
    {
        using IMachineProvider other = Create("other/ns/hook");
        Machine foreign = (await other.ProvisionAsync(Request, default)).Machine!;
        using IMachineProvider provider = Create();

        Assert.Equal(MachineOutcome.Refused, (await provider.ProvisionAsync(Request, default)).Outcome);
        Assert.Empty((await provider.ListAsync(default)).Machines);
        Assert.Equal(MachineOutcome.Refused, (await provider.DeprovisionAsync(new(foreign.ProviderId, "m-1", Claim), default)).Outcome);
        Assert.Single(_server.Claims);
    }

    [Fact]
    public async Task An_endpoint_that_follows_the_rules_conforms()
    {
        using IMachineProvider provider = Create();

        Assert.Equal("Creates CreatesOnce Reads Lists RefusesOthers Deletes DeletesTwice", await ConformAsync(provider));
        Assert.Equal((0, 1), (_server.Claims.Count, _server.Created));
    }

    [Theory]
    [InlineData("list", "Creates CreatesOnce Reads !Lists RefusesOthers Deletes DeletesTwice")]
    [InlineData("delete", "Creates CreatesOnce Reads Lists RefusesOthers !Deletes DeletesTwice")]
    [InlineData("create", "!Creates !Removed")]
    public async Task A_violation_is_found(string fault, string expected)
    {
        using IMachineProvider provider = Create();
        _server.Fault = request =>
            fault switch
            {
                "list"
                    when request.Method == HttpMethod.Get
                        && request.RequestUri!.AbsolutePath.EndsWith("/machines", StringComparison.Ordinal) => WebhookServer.Answer(
                    HttpStatusCode.OK,
                    """{"machines":[]}"""
                ),
                "delete" when request.Method == HttpMethod.Delete => WebhookServer.Answer(HttpStatusCode.NoContent),
                "create" => WebhookServer.Answer(HttpStatusCode.Forbidden),
                _ => null,
            };

        Assert.Equal(expected, await ConformAsync(provider));
    }

    private static async Task<string> ConformAsync(IMachineProvider provider) =>
        string.Join(
            ' ',
            (
                await new ProviderConformance(
                    provider,
                    new("manual-1", "conformance-1", 1, 1024),
                    TimeSpan.FromSeconds(1),
                    TimeProvider.System
                ).RunAsync(default)
            ).Select(static one => (one.Passed ? "" : "!") + one.Check)
        );

    [Theory]
    [InlineData(true, "Reachable Credentials Signature ReplayWindow")]
    [InlineData(false, "Reachable Credentials !Signature !ReplayWindow")]
    public async Task The_test_finds_an_endpoint_that_does_not_verify(bool verifies, string expected)
    {
        _server.VerifiesSignature = verifies;
        using IMachineProvider provider = Create();

        IReadOnlyList<MachineProviderFinding> findings = await ((ITestableMachineProvider)provider).TestAsync(default);

        Assert.Equal(expected, string.Join(' ', findings.Select(static one => (one.Passed ? "" : "!") + one.Check)));
    }

    // Computed with: printf '1700000000\nPUT\n/v1/machines/a?owner=o\n{}' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
    [Fact]
    public void The_signature_is_the_documented_one() =>
        Assert.Equal(
            "d4d29365a0b083b39fec32a90f9c18b862acacbbbe9497725343145de9766b2e",
            WebhookSignature.Compute("1700000000", "PUT", "/v1/machines/a?owner=o", Encoding.UTF8.GetBytes("{}"), WebhookServer.Secret)
        );

    [Theory]
    [InlineData("""{"endpoint":"https://a"}""", WebhookServer.Secret, "")]
    [InlineData("""{"endpoint":"http://127.0.0.1:8080/hook"}""", WebhookServer.Secret, "")]
    [InlineData("""{"endpoint":"http://a"}""", WebhookServer.Secret, "must be https")]
    [InlineData("""{"endpoint":"ftp://a"}""", WebhookServer.Secret, "must be a valid HTTP/HTTPS URL")]
    [InlineData("""{"endpoint":"https://a","timeout":"0s"}""", WebhookServer.Secret, "above 0")]
    [InlineData("""{"endpoint":"https://a"}""", "short", "at least 32 characters")]
    public void Rules(string section, string secret, string problem)
    {
        string text = string.Join(' ', new WebhookProviderFactory().Validate(Settings("o", section, secret)));

        if (problem.Length == 0)
            Assert.Equal("", text);
        else
            Assert.Contains(problem, text, StringComparison.Ordinal);
    }

    private IMachineProvider Create(string owner = "cluster/ns/hook") =>
        new WebhookProviderFactory().Create(Settings(owner, """{"endpoint":"https://hook.example.com"}""", WebhookServer.Secret));

    private MachineProviderSettings Settings(string owner, string section, string secret) =>
        new(
            "hook",
            "ns",
            JsonElement.Parse($$"""{"credentialsSecretRef":{"name":"hook"},"webhook":{{section}}}"""),
            new(new Dictionary<string, string> { ["WEBHOOK_SECRET"] = secret })
        )
        {
            Owner = owner,
            WrapTransport = _ => new Unclosed(_server),
        };

    // The server outlives its clients.
    private sealed class Unclosed(HttpMessageHandler server) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _invoker = new(server, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _invoker.SendAsync(request, cancellationToken);
    }
}
