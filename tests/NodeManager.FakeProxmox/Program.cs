using System.Globalization;
using System.Net;
using System.Text;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Providers.Tests.Proxmox;

// NodeManager.FakeProxmox KUBECONFIG: serves FakeProxmox on loopback, prints the endpoint, and ends when its input does. Machines that are
// switched on join the cluster of the kubeconfig. The API token is FakeProxmox.Token and FakeProxmox.Secret.
if (args is not [string kubeconfig])
{
    await Console.Error.WriteLineAsync("Usage: NodeManager.FakeProxmox KUBECONFIG");
    return 2;
}

using var proxmox = new FakeProxmox();
using KubernetesClient client = KubernetesClient.Create(Kubeconfig.Load(new() { Paths = [kubeconfig], SkipTlsVerify = false }), new());
BootedMachines.JoinOnBoot(proxmox, client);
using var inner = new HttpMessageInvoker(proxmox, disposeHandler: false);
using HttpListener listener = Listen(out string endpoint);
Console.WriteLine($"{endpoint}api2/json");
_ = ServeAsync();
await Console.In.ReadToEndAsync();
return 0;

// No port can be reserved for it: one that is taken is tried again with another.
static HttpListener Listen(out string endpoint)
{
    while (true)
    {
        endpoint = string.Create(CultureInfo.InvariantCulture, $"http://localhost:{Random.Shared.Next(15000, 30000)}/");
        var listener = new HttpListener();
        listener.Prefixes.Add(endpoint);
        try
        {
            listener.Start();
            return listener;
        }
        catch (HttpListenerException)
        {
            listener.Close();
        }
    }
}

async Task ServeAsync()
{
    while (true)
    {
        HttpListenerContext context = await listener.GetContextAsync();
        _ = AnswerAsync(context);
    }
}

async Task AnswerAsync(HttpListenerContext context)
{
    using var reader = new StreamReader(context.Request.InputStream);
    using var request = new HttpRequestMessage(new HttpMethod(context.Request.HttpMethod), context.Request.Url)
    {
        Content = new StringContent(await reader.ReadToEndAsync()),
    };
    request.Headers.TryAddWithoutValidation("Authorization", context.Request.Headers["Authorization"] ?? "");
    using HttpResponseMessage answer = await inner.SendAsync(request, default);
    byte[] body = Encoding.UTF8.GetBytes(await answer.Content.ReadAsStringAsync());
    context.Response.StatusCode = (int)answer.StatusCode;
    context.Response.StatusDescription = answer.ReasonPhrase ?? "";
    context.Response.ContentType = "application/json";
    await context.Response.OutputStream.WriteAsync(body);
    context.Response.Close();
}
