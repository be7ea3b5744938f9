using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Timing;
using NodeManager.Kubernetes.Transport;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Proxmox;

/// <summary>
/// Requests to Proxmox VE. Reads are retried without a response; changes only if Proxmox did not execute them (a locked machine). Bodies
/// are forms; most errors are in the reason phrase. Source: https://pve.proxmox.com/wiki/Proxmox_VE_API
/// </summary>
internal sealed partial class ProxmoxApi(HttpClient http, Uri endpoint, string tokenId, string secret, TimeProvider time) : IDisposable
{
    private static readonly RetryPolicy Reads = new()
    {
        MaximumAttempts = 4,
        FirstPause = TimeSpan.FromMilliseconds(500),
        LongestPause = TimeSpan.FromSeconds(2),
        IsTransient = static e =>
            e is ProviderException { Outcome: MachineOutcome.Unavailable or MachineOutcome.Pending } or IOException or HttpRequestException,
    };

    /// <summary>How long to wait for a lock.</summary>
    private static readonly TimeSpan LockPatience = TimeSpan.FromMinutes(1);

    private readonly Uri _root = RootOf(endpoint);

    public TimeProvider Time => time;

    public Uri Endpoint => _root;

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<ProxmoxAnswer<T>> type, CancellationToken cancellationToken)
    {
        try
        {
            return await Reads.RunAsync(
                async token =>
                {
                    using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, path, null, token);
                    await using Stream body = await answer.Content.ReadAsStreamAsync(token);
                    return await JsonSerializer.DeserializeAsync(body, type, token) is { Data: { } data }
                        ? data
                        : throw NoProxmox("the answer has no data");
                },
                time,
                cancellationToken
            );
        }
        catch (JsonException e)
        {
            throw NoProxmox(e.Message);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw Lost(e.Message, e);
        }
    }

    /// <summary>Sends a change. Returns a task id, or empty text.</summary>
    /// <exception cref="ProviderException">Refused; with <see cref="ProviderException.MayHaveExecuted"/> it may have been executed.</exception>
    public async Task<string> ChangeAsync(
        HttpMethod method,
        string path,
        IReadOnlyList<KeyValuePair<string, string>> parameters,
        CancellationToken cancellationToken
    )
    {
        Deadline deadline = new(time, LockPatience);
        while (true)
        {
            try
            {
                using HttpResponseMessage answer = await SendAsync(method, path, parameters, cancellationToken);
                await using Stream body = await answer.Content.ReadAsStreamAsync(cancellationToken);
                ProxmoxAnswer<JsonElement>? read = await JsonSerializer.DeserializeAsync(
                    body,
                    ProxmoxJson.Default.ProxmoxAnswerJsonElement,
                    cancellationToken
                );
                return read?.Data is { ValueKind: JsonValueKind.String } data ? data.GetString()! : "";
            }
            catch (ProviderException e) when (e.Outcome == MachineOutcome.Pending && !deadline.IsOver)
            {
                await time.DelayAsync(TimeSpan.FromSeconds(2), cancellationToken);
            }
            catch (Exception e) when (e is JsonException or IOException)
            {
                throw Lost(e.Message, e);
            }
        }
    }

    /// <summary>True if no machine has the id now, visible to this token or not. Reserves nothing.</summary>
    public async Task<bool> IsFreeAsync(long id, CancellationToken cancellationToken)
    {
        try
        {
            await GetAsync($"/cluster/nextid?vmid={id}", ProxmoxJson.Default.ProxmoxAnswerJsonElement, cancellationToken);
            return true;
        }
        catch (ProviderException e) when (e.Code == HttpStatusCode.BadRequest)
        {
            return false;
        }
    }

    /// <summary>True for a refusal because of a lock: nothing was executed.</summary>
    public static bool IsLocked(string text) => LockText().IsMatch(text);

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        IReadOnlyList<KeyValuePair<string, string>>? parameters,
        CancellationToken cancellationToken
    )
    {
        bool hasBody = method == HttpMethod.Post || method == HttpMethod.Put;
        string query =
            hasBody || parameters is not { Count: > 0 }
                ? ""
                : "?" + await new FormUrlEncodedContent(parameters).ReadAsStringAsync(cancellationToken);
        using var request = new HttpRequestMessage(method, new Uri(_root, "." + path + query)) { Version = HttpVersion.Version11 };
        request.Headers.TryAddWithoutValidation("Authorization", $"PVEAPIToken={tokenId}={secret}");
        // Proxmox treats ';' as a separator, so forms are encoded.
        if (hasBody)
            request.Content = new FormUrlEncodedContent(parameters ?? []);
        HttpResponseMessage answer;
        try
        {
            answer = await http.SendAsync(request, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw IsNeverSent(e) ? Unreachable(e) : Lost(e.Message, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Lost("no answer in time", e);
        }

        if (answer.IsSuccessStatusCode)
            return answer;
        using (answer)
            throw await RefusalAsync(answer, $"{method} {path}", cancellationToken);
    }

    private async Task<ProviderException> RefusalAsync(HttpResponseMessage answer, string what, CancellationToken cancellationToken)
    {
        string text = answer.ReasonPhrase ?? "";
        try
        {
            await using Stream body = await answer.Content.ReadAsStreamAsync(cancellationToken);
            ProxmoxAnswer<JsonElement>? read = await JsonSerializer.DeserializeAsync(
                body,
                ProxmoxJson.Default.ProxmoxAnswerJsonElement,
                cancellationToken
            );
            if (read?.Errors is { Count: > 0 } errors)
                text = $"{text} {string.Join("; ", errors.Select(static error => $"{error.Key}: {error.Value}"))}";
        }
        catch (Exception e) when (e is JsonException or IOException or HttpRequestException)
        {
            // Most refusals have no useful body.
        }

        MachineOutcome outcome = answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized => MachineOutcome.Unauthorized,
            HttpStatusCode.Forbidden => MachineOutcome.Forbidden,
            HttpStatusCode.BadRequest or HttpStatusCode.NotImplemented => MachineOutcome.Invalid,
            HttpStatusCode.InternalServerError when IsLocked(text) => MachineOutcome.Pending,
            HttpStatusCode.InternalServerError => MachineOutcome.Failed,
            > HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests => MachineOutcome.Unavailable,
            _ => MachineOutcome.Invalid,
        };
        return new(outcome, $"Proxmox at {_root.Authority} refused {what}: {(int)answer.StatusCode} {text.Trim()}")
        {
            Code = answer.StatusCode,
            RetryAfter = answer.Headers.RetryAfter?.Delta,
        };
    }

    private static bool IsNeverSent(Exception e) =>
        e
            is HttpRequestException
            {
                HttpRequestError: HttpRequestError.ConnectionError
                    or HttpRequestError.NameResolutionError
                    or HttpRequestError.SecureConnectionError
            }
        || e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound };

    private ProviderException Unreachable(Exception e) =>
        new(MachineOutcome.Unavailable, $"Proxmox at {_root.Authority} cannot be reached: {(e.InnerException ?? e).Message}", e)
        {
            Code = HttpStatusCode.ServiceUnavailable,
        };

    private ProviderException Lost(string why, Exception e) =>
        new(MachineOutcome.Unavailable, $"Proxmox at {_root.Authority} did not answer: {why}", e);

    private ProviderException NoProxmox(string why) =>
        new(MachineOutcome.Unavailable, $"{_root.Authority} does not answer as Proxmox VE does: {why}") { Code = HttpStatusCode.OK };

    /// <summary>Ends with <c>/api2/json/</c>.</summary>
    private static Uri RootOf(Uri endpoint)
    {
        string path = endpoint.AbsolutePath.TrimEnd('/');
        return new UriBuilder(endpoint)
        {
            Path = (path.Length == 0 ? "/api2/json" : path) + "/",
            Query = "",
            Fragment = "",
        }.Uri;
    }

    [GeneratedRegex(@"VM is locked \(|can't lock file .*got timeout|got lock request timeout|cfs-lock .* error", RegexOptions.IgnoreCase)]
    private static partial Regex LockText();
}
