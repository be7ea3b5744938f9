using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Timing;
using NodeManager.Kubernetes.Transport;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Redfish;

/// <summary>
/// Requests to one controller (BMC): a session if supported over HTTPS, else basic authentication; ETags; task monitors; retries of a busy
/// controller. Source: https://www.dmtf.org/dsp/DSP0266
/// </summary>
internal sealed class RedfishApi(HttpClient http, Uri endpoint, string userName, string password, TimeSpan timeout, TimeProvider time)
    : IDisposable
{
    private const string RootPath = "/redfish/v1/";

    private static readonly RetryPolicy Reads = new()
    {
        MaximumAttempts = 3,
        FirstPause = TimeSpan.FromSeconds(1.5),
        LongestPause = TimeSpan.FromSeconds(10),
    };

    // Bounds Retry-After: a shorter one would busy-loop, a longer one would block the claim.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1),
        LongestPause = TimeSpan.FromMinutes(1);
    private const int LongestText = 300;
    private static readonly TimeSpan LogOutLimit = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _login = new(1, 1);
    private string? _token;
    private Uri? _session;
    private bool _isBasic = endpoint.Scheme != Uri.UriSchemeHttps;

    public TimeProvider Time => time;

    public string Host => endpoint.Host;

    public Task<RedfishRoot> GetRootAsync(CancellationToken cancellationToken) =>
        GetAsync(RootPath, RedfishJson.Default.RedfishRoot, cancellationToken);

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        (await ReadAsync(path, type, cancellationToken)).Value;

    /// <summary>A resource with its ETag; null if the controller has none.</summary>
    public async Task<(T Value, string? ETag)> ReadAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, path, null, null, cancellationToken);
        try
        {
            await using Stream body = await answer.Content.ReadAsStreamAsync(cancellationToken);
            T value =
                await JsonSerializer.DeserializeAsync(body, type, cancellationToken)
                ?? throw Ended(MachineOutcome.Unavailable, $"{endpoint.Authority} answered {path} with nothing.");
            return (value, answer.Headers.TryGetValues("ETag", out IEnumerable<string>? tags) ? tags.FirstOrDefault() : null);
        }
        catch (JsonException e)
        {
            throw Ended(MachineOutcome.Unavailable, $"{endpoint.Authority} does not answer as a Redfish service does: {e.Message}");
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new ProviderException(MachineOutcome.Unavailable, $"{endpoint.Authority} broke off its answer: {e.Message}", e);
        }
    }

    /// <summary>Patches a resource with the ETag. After a 412 the weak form is tried, which some controllers require.</summary>
    /// <exception cref="ProviderException">Pending with code 412: a concurrent change.</exception>
    public async Task PatchAsync(string path, JsonObject change, string? etag, CancellationToken cancellationToken)
    {
        try
        {
            await ChangeAsync(HttpMethod.Patch, path, change, etag, cancellationToken);
        }
        catch (ProviderException e) when (e.Code == HttpStatusCode.PreconditionFailed && etag is not null)
        {
            await ChangeAsync(
                HttpMethod.Patch,
                path,
                change,
                etag.StartsWith("W/", StringComparison.Ordinal) ? etag[2..] : "W/" + etag,
                cancellationToken
            );
        }
    }

    public Task PostAsync(string path, JsonObject body, CancellationToken cancellationToken) =>
        ChangeAsync(HttpMethod.Post, path, body, null, cancellationToken);

    // Without waiting, because there may be many controllers.
    public void Dispose() => _ = LogOutAsync();

    /// <summary>A controller has few sessions; an abandoned one expires.</summary>
    private async Task LogOutAsync()
    {
        try
        {
            if (_session is not { } session || _token is not { } token)
                return;
            using var request = new HttpRequestMessage(HttpMethod.Delete, session);
            request.Headers.TryAddWithoutValidation("X-Auth-Token", token);
            using var limit = new CancellationTokenSource(LogOutLimit, time);
            (await http.SendAsync(request, limit.Token).ConfigureAwait(false)).Dispose();
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            // The session expires.
        }
        finally
        {
            http.Dispose();
            _login.Dispose();
        }
    }

    /// <summary>
    /// Resolves a reference of the controller. Another scheme, host or port is refused, because credentials are sent there.
    /// </summary>
    /// <exception cref="ProviderException">Refused: outside of the controller.</exception>
    private Uri Resolve(string reference)
    {
        if (
            Uri.TryCreate(endpoint, reference, out Uri? address)
            && address.Scheme == endpoint.Scheme
            && address.IdnHost == endpoint.IdnHost
            && address.Port == endpoint.Port
            && address.UserInfo.Length == 0
        )
            return address;
        throw Ended(
            MachineOutcome.Refused,
            $"The controller {endpoint.Authority} named '{reference}', which is not an address of its own. Nothing was sent there."
        );
    }

    private async Task ChangeAsync(HttpMethod method, string path, JsonObject body, string? etag, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await SendAsync(method, path, body, etag, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.Accepted && answer.Headers.Location is { } monitor)
            await AwaitTaskAsync(monitor, answer.Headers.RetryAfter, cancellationToken);
    }

    /// <summary>A monitor answers 202 while the task runs, then as the request itself would.</summary>
    private async Task AwaitTaskAsync(Uri monitor, RetryConditionHeaderValue? wait, CancellationToken cancellationToken)
    {
        Deadline deadline = new(time, timeout);
        Uri path = Resolve(monitor.OriginalString);
        while (true)
        {
            await time.DelayAsync(Pause(wait, TimeSpan.FromSeconds(1)), cancellationToken);
            using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, path.PathAndQuery, null, null, cancellationToken);
            if (answer.StatusCode != HttpStatusCode.Accepted)
            {
                string text = await answer.Content.ReadAsStringAsync(cancellationToken);
                RedfishTask? task = TryRead(text, RedfishJson.Default.RedfishTask);
                if (task?.TaskState is null or "Completed")
                    return;
                if (task.TaskState is "Exception" or "Killed" or "Cancelled" or "Interrupted" or "Suspended")
                {
                    string messages = string.Join(" ", task.Messages?.Select(static one => one.Message) ?? []);
                    throw Ended(MachineOutcome.Failed, $"{endpoint.Authority}: the task ended as {task.TaskState}. {messages}");
                }
            }

            wait = answer.Headers.RetryAfter;
            if (deadline.IsOver)
                throw Ended(MachineOutcome.Pending, $"{endpoint.Authority}: a task has been running for {HumanDuration.Format(timeout)}.");
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        JsonObject? body,
        string? etag,
        CancellationToken cancellationToken
    )
    {
        Deadline deadline = new(time, timeout);
        bool isRenewed = false;
        for (int attempt = 1; ; attempt++)
        {
            HttpResponseMessage answer;
            string? token = path == RootPath || _isBasic ? null : await LogInAsync(cancellationToken);
            try
            {
                using HttpRequestMessage request = Request(method, path, body, etag, token);
                answer = await http.SendAsync(request, cancellationToken);
            }
            catch (Exception e)
                when (e is HttpRequestException or IOException
                    || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                )
            {
                if (method != HttpMethod.Get || attempt >= Reads.MaximumAttempts)
                    throw new ProviderException(
                        MachineOutcome.Unavailable,
                        $"The controller {endpoint.Authority} did not answer: {(e.InnerException ?? e).Message}",
                        e
                    );
                await time.DelayAsync(Reads.PauseAfter(attempt), cancellationToken);
                continue;
            }

            if (answer.IsSuccessStatusCode)
                return answer;
            using (answer)
            {
                if (answer.StatusCode == HttpStatusCode.Unauthorized && token is not null && !isRenewed)
                {
                    // The session has expired, or the controller restarted.
                    isRenewed = true;
                    await DeleteSessionAsync(token, cancellationToken);
                    continue;
                }

                ProviderException refusal = await RefusalAsync(answer, method, path, cancellationToken);
                if (refusal.Outcome != MachineOutcome.Unavailable || deadline.IsOver)
                    throw refusal;
                await time.DelayAsync(Pause(answer.Headers.RetryAfter, Reads.PauseAfter(attempt)), cancellationToken);
            }
        }
    }

    private HttpRequestMessage Request(HttpMethod method, string path, JsonObject? body, string? etag, string? token)
    {
        var request = new HttpRequestMessage(method, Resolve(path)) { Version = HttpVersion.Version11 };
        request.Headers.TryAddWithoutValidation("OData-Version", "4.0");
        request.Headers.Accept.ParseAdd("application/json");
        // Compressed responses have weak ETags.
        request.Headers.AcceptEncoding.ParseAdd("identity");
        if (token is not null)
            request.Headers.TryAddWithoutValidation("X-Auth-Token", token);
        else if (path != RootPath && userName.Length > 0)
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{userName}:{password}")));
        if (etag is not null)
            request.Headers.TryAddWithoutValidation("If-Match", etag);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        return request;
    }

    /// <summary>Null: without sessions.</summary>
    private async Task<string?> LogInAsync(CancellationToken cancellationToken)
    {
        await _login.WaitAsync(cancellationToken);
        try
        {
            if (_token is not null || _isBasic)
                return _token;
            RedfishRoot root = await GetRootAsync(cancellationToken);
            string? sessions =
                root.Links?.Sessions?.Id ?? (root.SessionService is { } service ? service.Id.TrimEnd('/') + "/Sessions" : null);
            if (sessions is null || userName.Length == 0)
            {
                _isBasic = true;
                return null;
            }

            using var request = new HttpRequestMessage(HttpMethod.Post, Resolve(sessions)) { Version = HttpVersion.Version11 };
            request.Content = new StringContent(
                JsonSerializer.Serialize(new() { UserName = userName, Password = password }, RedfishJson.Default.RedfishLogin),
                Encoding.UTF8,
                "application/json"
            );
            using HttpResponseMessage answer = await http.SendAsync(request, cancellationToken);
            if (answer.IsSuccessStatusCode && answer.Headers.TryGetValues("X-Auth-Token", out IEnumerable<string>? tokens))
            {
                _session = answer.Headers.Location is { } location ? Resolve(location.OriginalString) : null;
                return _token = tokens.First();
            }

            if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented)
            {
                _isBasic = true;
                return null;
            }

            throw answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.BadRequest
                ? Ended(MachineOutcome.Unauthorized, $"The controller {endpoint.Authority} does not accept the user name and password.")
                : await RefusalAsync(answer, HttpMethod.Post, sessions, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new ProviderException(
                MachineOutcome.Unavailable,
                $"The controller {endpoint.Authority} did not answer: {(e.InnerException ?? e).Message}",
                e
            );
        }
        finally
        {
            _login.Release();
        }
    }

    private async Task DeleteSessionAsync(string token, CancellationToken cancellationToken)
    {
        await _login.WaitAsync(cancellationToken);
        if (_token == token)
            (_token, _session) = (null, null);
        _login.Release();
    }

    private async Task<ProviderException> RefusalAsync(
        HttpResponseMessage answer,
        HttpMethod method,
        string path,
        CancellationToken cancellationToken
    )
    {
        string body = await answer.Content.ReadAsStringAsync(cancellationToken);
        RedfishError? error = TryRead(body, RedfishErrorJson.Default.RedfishErrorBody)?.Error;
        string text = error?.Extended is { Count: > 0 } extended
            ? string.Join(" ", extended.Select(static one => one.Message))
            : error?.Message ?? PlainText(answer, body) ?? answer.ReasonPhrase ?? "";
        // Message ids of DMTF's base registry; texts differ between vendors.
        bool isBusy =
            error?.Extended?.Exists(static one =>
                one.MessageId?.Split('.')[^1]
                    is "ServiceTemporarilyUnavailable"
                        or "ResourceInUse"
                        or "ServiceInUnknownState"
                        or "ResourceInStandby"
            ) == true;
        MachineOutcome outcome = answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized => MachineOutcome.Unauthorized,
            HttpStatusCode.Forbidden => MachineOutcome.Forbidden,
            HttpStatusCode.NotFound => MachineOutcome.NotFound,
            HttpStatusCode.PreconditionFailed => MachineOutcome.Pending,
            HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests => MachineOutcome.Unavailable,
            _ when isBusy => MachineOutcome.Unavailable,
            >= HttpStatusCode.InternalServerError => MachineOutcome.Failed,
            _ => MachineOutcome.Invalid,
        };
        return new(outcome, $"The controller {endpoint.Authority} refused {method} {path}: {(int)answer.StatusCode} {text.Trim()}")
        {
            Code = answer.StatusCode,
            RetryAfter = answer.Headers.RetryAfter is { } wait ? Pause(wait, ShortestPause) : null,
        };
    }

    private TimeSpan Pause(RetryConditionHeaderValue? asked, TimeSpan otherwise)
    {
        TimeSpan pause = asked?.Delta ?? (asked?.Date is { } date ? date - time.GetUtcNow() : otherwise);
        return pause < ShortestPause ? ShortestPause
            : pause < LongestPause ? pause
            : LongestPause;
    }

    /// <summary>A plain text error, for example of a web server in front of the controller; null: none.</summary>
    private static string? PlainText(HttpResponseMessage answer, string body)
    {
        if (answer.Content.Headers.ContentType?.MediaType is not ("text/plain" or null))
            return null;
        string text = string.Join(' ', body.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (text.Length == 0 || text.Any(char.IsControl))
            return null;
        return DisplayText.Truncate(text, LongestText);
    }

    private static T? TryRead<T>(string text, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return text.Length == 0 ? null : JsonSerializer.Deserialize(text, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ProviderException Ended(MachineOutcome outcome, string reason) => new(outcome, reason) { Code = HttpStatusCode.OK };
}
