using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using NodeManager.Core.Progress;
using NodeManager.Monitoring.Alerts.Delivery;
using NodeManager.Providers.Alerts;
using NodeManager.Testing;

namespace NodeManager.Providers.Tests.Alerts;

/// <summary>What receivers get, and what becomes of those that redirect, hang, fail or cannot be trusted.</summary>
public sealed class SinkTests
{
    // Part of an address that is a secret.
    private const string SecretPath = "T0SECRET/B0SECRET/token";

    public static TheoryData<string> Formats =>
        [NodeAlertSinkType.Webhook, NodeAlertSinkType.Slack, NodeAlertSinkType.Teams, NodeAlertSinkType.Alertmanager];

    [Fact]
    public async Task A_webhook_signs_timestamp_and_body_and_contains_the_id()
    {
        await using TlsServer server = await TlsServer.StartAsync(null);
        IAlertSink sink = Create(AlertSinks.Webhook($"{server.Address}hook?x=1", "s3cret", null));
        await sink.DeliverAsync(Sample(), default);

        TlsRequest request = Assert.Single(server.Requests);
        Assert.Equal(("POST", "/hook?x=1", "application/json"), (request.Method, request.Path, request.Headers["Content-Type"]));
        Assert.Equal("abc-2", request.Headers["Idempotency-Key"]);
        string timestamp = request.Headers[WebhookSink.TimestampHeader];
        Assert.InRange(
            long.Parse(timestamp, CultureInfo.InvariantCulture),
            DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 60,
            DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1
        );
        Assert.Equal(
            WebhookSink.Sign("s3cret", timestamp, Encoding.UTF8.GetBytes(request.Body)),
            request.Headers[WebhookSink.SignatureHeader]
        );
        JsonNode body = JsonNode.Parse(request.Body)!;
        Assert.Equal(
            ("abc-2", "abc", "Firing", "n1", "<b> & \"c\""),
            ((string?)body["id"], (string?)body["alertId"], (string?)body["status"], (string?)body["nodes"]![0], (string?)body["message"])
        );
        Assert.Equal("Ready is Unknown", (string?)body["findings"]![0]!["evidence"]![0]!["message"]);
    }

    // Source of the vector: computed with openssl dgst -sha256 -hmac s3cret over '1700000000.{}'.
    [Fact]
    public void A_signature_equals_an_independent_computation()
    {
        Assert.Equal("v1=" + ExpectedSignature, WebhookSink.Sign("s3cret", "1700000000", "{}"u8.ToArray()));
    }

    private const string ExpectedSignature = "97926816e98fbb41ccb1673225ff29a2f35369099990e1b1561651e7bd097ebf";

    [Fact]
    public void A_Slack_message_has_escaped_text_and_blocks()
    {
        JsonObject body = SlackSink.Body(Sample());
        Assert.Contains("&lt;b&gt; &amp;", (string)body["text"]!, StringComparison.Ordinal);
        Assert.Equal(
            ["header", "section", "section", "context"],
            body["blocks"]!.AsArray().Select(static block => (string)block!["type"]!)
        );
        Assert.True(body["blocks"]![0]!["text"]!["text"]!.GetValue<string>().Length <= 150);
    }

    [Fact]
    public void A_Teams_message_is_an_adaptive_card_of_less_than_28_KB()
    {
        JsonObject body = TeamsSink.Body(Sample(message: new string('x', 100_000), nodes: 1000));
        JsonNode attachment = Assert.Single(body["attachments"]!.AsArray())!;
        Assert.Equal(
            ("message", "application/vnd.microsoft.card.adaptive", "AdaptiveCard"),
            ((string?)body["type"], (string?)attachment["contentType"], (string?)attachment["content"]!["type"])
        );
        Assert.True(Encoding.UTF8.GetByteCount(body.ToJsonString()) < 28 * 1024);
    }

    [Fact]
    public void Alertmanager_receives_stable_labels_and_start_and_an_end_in_the_future()
    {
        DateTimeOffset now = new(2026, 1, 1, 1, 0, 0, TimeSpan.Zero);
        JsonNode first = AlertmanagerSink.Body([Sample()], now)[0]!,
            later = AlertmanagerSink.Body([Sample(message: "worse", nodes: 5)], now.AddMinutes(1))[0]!;
        Assert.Equal(first["labels"]!.ToJsonString(), later["labels"]!.ToJsonString());
        Assert.Equal((string?)first["startsAt"], (string?)later["startsAt"]);
        Assert.Equal(("2026-01-01T01:05:00.000Z", "2026-01-01T01:06:00.000Z"), ((string?)first["endsAt"], (string?)later["endsAt"]));
        Assert.Equal("5", (string?)later["annotations"]!["count"]);
    }

    [Fact]
    public async Task Alertmanager_receives_the_credentials_with_alerts_and_silences()
    {
        await using TlsServer server = await TlsServer.StartAsync(
            null,
            static context => context.Response.WriteAsync(context.Request.Method == "GET" ? "[]" : "")
        );
        IAlertSink sink = Create(AlertSinks.Alertmanager(server.Address.ToString(), null, new("Bearer", "t0ken")));
        await sink.DeliverAsync(Sample(), default);
        await ((IAlertSilenceSink)sink).ApplyAsync("c", [], default);

        Assert.Equal(
            [("/api/v2/alerts", "Bearer t0ken"), ("/api/v2/silences", "Bearer t0ken")],
            server.Requests.Select(static request => (request.Path, request.Headers["Authorization"]))
        );
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_redirect_is_refused(string format)
    {
        await using TlsServer target = await TlsServer.StartAsync(null);
        await using Receiver receiver = await Receiver.StartAsync(context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = target.Address.ToString();
            return Task.CompletedTask;
        });
        AlertDeliveryException failure = await FailAsync(receiver, format);
        Assert.Contains("redirect (307), which is not followed", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.IsRefusal);
        Assert.Empty(target.Requests);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task An_error_is_a_failure_with_a_time_to_retry(string format)
    {
        await using Receiver receiver = await Receiver.StartAsync(static context =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers.RetryAfter = "42";
            return context.Response.WriteAsync($"error for {context.Request.Path}");
        });
        AlertDeliveryException failure = await FailAsync(receiver, format);
        Assert.Equal((false, TimeSpan.FromSeconds(42)), (failure.IsRefusal, failure.RetryAfter));
    }

    [Theory]
    [InlineData(500, false)]
    [InlineData(404, false)]
    [InlineData(429, false)]
    [InlineData(400, true)]
    [InlineData(422, true)]
    public async Task Only_a_response_about_the_content_is_a_rejection(int code, bool isRefusal)
    {
        await using Receiver receiver = await Receiver.StartAsync(context =>
        {
            context.Response.StatusCode = code;
            return Task.CompletedTask;
        });
        Assert.Equal(isRefusal, (await FailAsync(receiver, NodeAlertSinkType.Webhook)).IsRefusal);
    }

    [Fact]
    public async Task A_hanging_receiver_is_abandoned_after_the_attempt()
    {
        await using Receiver receiver = await Receiver.StartAsync(static context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        IAlertSink sink = receiver.Create(NodeAlertSinkType.Webhook);
        using CancellationTokenSource limit = new(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sink.DeliverAsync(Sample(), limit.Token));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task An_untrusted_certificate_is_refused(string format)
    {
        using TestCertificates other = new("other-ca");
        await using Receiver receiver = await Receiver.StartAsync(static _ => Task.CompletedTask);
        AlertDeliveryException failure = await Assert.ThrowsAsync<AlertDeliveryException>(() =>
            receiver.Create(format, Base64(other.AuthorityPem)).DeliverAsync(Sample(), default)
        );
        Assert.Contains("certificate of 127.0.0.1 is not trusted", failure.Message, StringComparison.Ordinal);
        Assert.Empty(receiver.Requests);
        AssertNoSecret(failure);
        await receiver.Create(format).DeliverAsync(Sample(), default);
    }

    [Fact]
    public async Task An_unreachable_receiver_is_a_failure_that_does_not_show_its_URL()
    {
        AlertSinkDefinition definition = AlertSinks.Slack($"https://127.0.0.1:1/services/{SecretPath}", null);
        AssertNoSecret(await Assert.ThrowsAsync<AlertDeliveryException>(() => Create(definition).DeliverAsync(Sample(), default)));
        Assert.DoesNotContain("SECRET", definition.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hooks.example.com/" + SecretPath)]
    [InlineData("ftp://hooks.example.com/" + SecretPath)]
    [InlineData("http://hooks.example.com/" + SecretPath)]
    [InlineData("https://user:SECRET@hooks.example.com/")]
    [InlineData("")]
    public void An_invalid_URL_is_an_error_that_does_not_quote_it(string address)
    {
        NodeManagerException error = Assert.Throws<NodeManagerException>(() => AlertSinks.Slack(address, null));
        Assert.Equal((ErrorIds.AlertSinkInvalid, NodeAlertSinkType.Slack), (error.ErrorId, error.Target));
        Assert.DoesNotContain("SECRET", error.ToString(), StringComparison.Ordinal);
    }

    internal static NodeAlert Sample(string message = "<b> & \"c\"", int nodes = 1, string status = NodeAlertStatus.Firing) =>
        new()
        {
            Id = "abc",
            Sequence = 2,
            Transition = status == NodeAlertStatus.Firing ? NodeAlertTransition.Updated : NodeAlertTransition.Resolved,
            Status = status,
            Cause = "Unreachable",
            Severity = NodeFindingSeverity.Critical,
            Nodes = new([.. Enumerable.Range(1, nodes).Select(static n => $"n{n}")]),
            StartsAt = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
            UpdatedAt = new(2026, 1, 1, 0, 1, 0, TimeSpan.Zero),
            Message = message,
            Labels = new(
                new Dictionary<string, string>
                {
                    ["alertname"] = "NodeUnreachable",
                    ["node"] = "n1",
                    ["severity"] = "critical",
                }
            ),
            Findings = new([
                new()
                {
                    Node = "n1",
                    Cause = "Unreachable",
                    Severity = NodeFindingSeverity.Critical,
                    Message = "gone",
                    Evidence = new([
                        new()
                        {
                            Kind = "Condition",
                            Name = "Ready",
                            Message = "Ready is Unknown",
                        },
                    ]),
                },
            ]),
        };

    private static async Task<AlertDeliveryException> FailAsync(Receiver receiver, string format)
    {
        AlertDeliveryException failure = await Assert.ThrowsAsync<AlertDeliveryException>(() =>
            receiver.Create(format).DeliverAsync(Sample(), default)
        );
        AssertNoSecret(failure);
        return failure;
    }

    private static void AssertNoSecret(Exception failure) => Assert.DoesNotContain("SECRET", failure.ToString(), StringComparison.Ordinal);

    private static string Base64(string pem) => Convert.ToBase64String(Encoding.UTF8.GetBytes(pem));

    private static IAlertSink Create(AlertSinkDefinition definition) =>
        definition.Create("sink", new(null!, NullObserver.Instance, TimeProvider.System));

    /// <summary>An https server whose address is a secret.</summary>
    private sealed class Receiver(TlsServer server, TestCertificates certificates) : IAsyncDisposable
    {
        public IReadOnlyCollection<TlsRequest> Requests => server.Requests;

        public static async Task<Receiver> StartAsync(Func<HttpContext, Task> answer)
        {
            TestCertificates certificates = new();
            return new(await TlsServer.StartAsync(certificates.Server(), answer), certificates);
        }

        public IAlertSink Create(string format, string? bundle = null)
        {
            string address = $"https://127.0.0.1:{server.Address.Port}/services/{SecretPath}";
            bundle ??= Base64(certificates.AuthorityPem);
            return SinkTests.Create(
                format switch
                {
                    NodeAlertSinkType.Slack => AlertSinks.Slack(address, bundle),
                    NodeAlertSinkType.Teams => AlertSinks.Teams(address, bundle),
                    NodeAlertSinkType.Alertmanager => AlertSinks.Alertmanager(address, bundle),
                    _ => AlertSinks.Webhook(address, "k", bundle),
                }
            );
        }

        public async ValueTask DisposeAsync()
        {
            await server.DisposeAsync();
            certificates.Dispose();
        }
    }
}
