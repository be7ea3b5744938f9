using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Transport;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Webhook;

/// <summary>
/// Signed requests to an endpoint. All of them are idempotent, so each is repeated without an answer. Source:
/// <c>docs/reference/api/webhook-provider.yaml</c>
/// </summary>
internal sealed class WebhookApi(HttpClient http, Uri endpoint, string owner, string secret, TimeProvider time) : IDisposable
{
    private const int LongestText = 300;
    private static readonly TimeSpan DefaultPause = TimeSpan.FromSeconds(5),
        ShortestPause = TimeSpan.FromSeconds(1),
        LongestPause = TimeSpan.FromMinutes(1);

    private static readonly RetryPolicy Policy = new()
    {
        MaximumAttempts = 3,
        FirstPause = TimeSpan.FromMilliseconds(500),
        LongestPause = TimeSpan.FromSeconds(2),
        // An endpoint that answered asks for its own pause.
        IsTransient = static e => e is ProviderException { Code: null, Outcome: MachineOutcome.Unavailable },
    };

    private readonly string _root = endpoint.AbsolutePath.TrimEnd('/') + "/v1/machines";

    public Uri Endpoint => endpoint;

    /// <summary>The machine of a claim; null: none.</summary>
    public async Task<WebhookMachine?> FindAsync(string claim, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(HttpMethod.Get, PathOf(claim), null, WebhookJson.Default.WebhookMachine, cancellationToken);
        }
        catch (ProviderException e) when (e.Code == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public async Task<IReadOnlyList<WebhookMachine>> ListAsync(CancellationToken cancellationToken) =>
        (
            await SendAsync(
                HttpMethod.Get,
                $"{_root}?owner={Uri.EscapeDataString(owner)}",
                null,
                WebhookJson.Default.WebhookMachines,
                cancellationToken
            )
        )?.Machines
        ?? [];

    /// <exception cref="ProviderException">Pending while the machine is being created.</exception>
    public async Task<WebhookMachine> CreateAsync(MachineRequest request, CancellationToken cancellationToken) =>
        await SendAsync(
            HttpMethod.Put,
            PathOf(request.ClaimUid),
            JsonSerializer.SerializeToUtf8Bytes(WebhookRequest.Of(request, owner), WebhookJson.Default.WebhookRequest),
            WebhookJson.Default.WebhookMachine,
            cancellationToken
        ) ?? throw Unavailable("the answer has no machine", HttpStatusCode.OK);

    /// <exception cref="ProviderException">Pending while the machine is being deleted.</exception>
    public Task DeleteAsync(WebhookMachine machine, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, IdentifiedPathOf(machine), null, WebhookJson.Default.WebhookMachine, cancellationToken);

    public Task RestartAsync(WebhookMachine machine, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, IdentifiedPathOf(machine, "/restart"), null, WebhookJson.Default.WebhookMachine, cancellationToken);

    /// <summary>True if the endpoint refuses a list with this secret and time.</summary>
    public async Task<bool> RefusesAsync(string otherSecret, TimeSpan age, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await SendOnceAsync(
            HttpMethod.Get,
            $"{_root}?owner={Uri.EscapeDataString(owner)}",
            null,
            otherSecret,
            time.GetUtcNow() - age,
            cancellationToken
        );
        return answer.StatusCode == HttpStatusCode.Unauthorized;
    }

    public void Dispose() => http.Dispose();

    private string PathOf(string claim, string suffix = "") =>
        $"{_root}/{Uri.EscapeDataString(claim)}{suffix}?owner={Uri.EscapeDataString(owner)}";

    private string IdentifiedPathOf(WebhookMachine machine, string suffix = "") =>
        $"{PathOf(machine.Claim, suffix)}&providerId={Uri.EscapeDataString(machine.ProviderId)}&name={Uri.EscapeDataString(machine.Name)}";

    private Task<T?> SendAsync<T>(HttpMethod method, string path, byte[]? body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class =>
        Policy.RunAsync(
            async token =>
            {
                using HttpResponseMessage answer = await SendOnceAsync(method, path, body, secret, time.GetUtcNow(), token);
                string text = await ReadAsync(answer, token);
                if (!answer.IsSuccessStatusCode)
                    throw Refusal(answer, text);
                if (answer.StatusCode == HttpStatusCode.Accepted)
                    throw new ProviderException(MachineOutcome.Pending, $"{endpoint.Authority} is working on it.")
                    {
                        Code = answer.StatusCode,
                        RetryAfter = PauseOf(answer) ?? DefaultPause,
                    };
                return text.Length == 0 ? null : Parse(text, type);
            },
            time,
            cancellationToken
        );

    private async Task<HttpResponseMessage> SendOnceAsync(
        HttpMethod method,
        string path,
        byte[]? body,
        string key,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(endpoint, path));
        if (body is not null)
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
        WebhookSignature.Sign(request, request.RequestUri!.PathAndQuery, body ?? [], key, now);
        try
        {
            return await http.SendAsync(request, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Lost((e.InnerException ?? e).Message, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Lost("no answer in time", e);
        }
    }

    private async Task<string> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.Content.ReadAsStringAsync(cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Lost(e.Message, e);
        }
    }

    private T Parse<T>(string text, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(text, type) ?? throw Unavailable("the answer is null", HttpStatusCode.OK);
        }
        catch (JsonException e)
        {
            throw Unavailable($"the answer cannot be read at {e.Path}", HttpStatusCode.OK);
        }
    }

    private ProviderException Refusal(HttpResponseMessage answer, string text)
    {
        WebhookError? error = null;
        try
        {
            error = JsonSerializer.Deserialize(text, WebhookJson.Default.WebhookError);
        }
        catch (JsonException)
        {
            // A proxy's page.
        }

        MachineOutcome outcome = answer.StatusCode switch
        {
            // What the credentials are good for is not for a body to say.
            HttpStatusCode.Unauthorized => MachineOutcome.Unauthorized,
            HttpStatusCode.Forbidden => MachineOutcome.Forbidden,
            _ when Enum.TryParse(error?.Code, out MachineOutcome stated) && IsFailure(stated) => stated,
            HttpStatusCode.NotFound => MachineOutcome.NotFound,
            HttpStatusCode.Conflict => MachineOutcome.Refused,
            HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => MachineOutcome.Unavailable,
            _ => MachineOutcome.Invalid,
        };
        string message = Plain(error?.Message is { Length: > 0 } given ? given : $"{(int)answer.StatusCode} {answer.ReasonPhrase}");
        return new(outcome, $"{endpoint.Authority} refused the request: {message}")
        {
            Code = answer.StatusCode,
            RetryAfter = PauseOf(answer),
        };
    }

    private static bool IsFailure(MachineOutcome outcome) =>
        outcome
            is MachineOutcome.NoCapacity
                or MachineOutcome.Refused
                or MachineOutcome.Invalid
                or MachineOutcome.Failed
                or MachineOutcome.Pending
                or MachineOutcome.Unavailable;

    private TimeSpan? PauseOf(HttpResponseMessage answer)
    {
        TimeSpan? asked = answer.Headers.RetryAfter?.Delta ?? answer.Headers.RetryAfter?.Date - time.GetUtcNow();
        return asked is null ? null
            : asked < ShortestPause ? ShortestPause
            : asked > LongestPause ? LongestPause
            : asked;
    }

    // The text of another party: bounded, and on one line.
    private static string Plain(string text) => new([.. text.Select(static one => char.IsControl(one) ? ' ' : one).Take(LongestText)]);

    private ProviderException Lost(string why, Exception e) =>
        new(MachineOutcome.Unavailable, $"{endpoint.Authority} did not answer: {why}", e);

    private ProviderException Unavailable(string why, HttpStatusCode code) =>
        new(MachineOutcome.Unavailable, $"{endpoint.Authority} does not answer as a provider does: {why}.") { Code = code };
}
