using System.Net;

namespace NodeManager.Testing;

/// <summary>The cookies of a browser that reaches the console at its external URL, whichever replica answers.</summary>
public sealed class SignInBrowser(string origin)
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    public Dictionary<string, string> Cookies { get; init; } = [];

    /// <summary>The attributes of each cookie that was set last.</summary>
    public Dictionary<string, string> Attributes { get; } = [];

    public SignInBrowser Copy() => new(origin) { Cookies = new(Cookies) };

    /// <summary>A navigation.</summary>
    public Task<HttpResponseMessage> OpenAsync(string replica, string path) =>
        SendAsync(HttpMethod.Get, replica, path, isPage: false, null);

    /// <summary>A request of the console's page.</summary>
    public Task<HttpResponseMessage> FetchAsync(HttpMethod method, string replica, string path) =>
        SendAsync(method, replica, path, isPage: true, method == HttpMethod.Get ? null : origin);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string replica, string path, bool isPage, string? from)
    {
        using HttpRequestMessage request = new(method, replica + path);
        if (Cookies.Count > 0)
            request.Headers.Add("Cookie", string.Join("; ", Cookies.Select(static one => $"{one.Key}={one.Value}")));
        if (isPage)
            request.Headers.Add("X-Browser-Session", "1");
        if (from is not null)
            request.Headers.Add("Origin", from);
        HttpResponseMessage answer = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        foreach (string cookie in answer.Headers.TryGetValues("Set-Cookie", out IEnumerable<string>? set) ? set : [])
            Keep(cookie);
        return answer;
    }

    public async Task<HttpStatusCode> CodeAsync(HttpMethod method, string replica, string path)
    {
        using HttpResponseMessage answer = await FetchAsync(method, replica, path);
        return answer.StatusCode;
    }

    private void Keep(string cookie)
    {
        string[] parts = cookie.Split("; ", 2);
        string[] pair = parts[0].Split('=', 2);
        Attributes[pair[0]] = parts[1];
        if (pair[1].Length == 0)
            Cookies.Remove(pair[0]);
        else
            Cookies[pair[0]] = pair[1];
    }
}
