using System.Text;

namespace NodeManager.Sandbox.Tests.Http;

/// <summary>Requests that are nearly right: valid ones in which chance has changed a few bytes. The same seed and number give the same request.</summary>
internal sealed class RequestMutator
{
    private const int MostChanges = 4;

    private static readonly string[] Fragments =
    [
        "\r\n",
        "\n",
        "\r",
        "\0",
        " ",
        "\t",
        "\r\n\r\n",
        "\r\n ",
        ":",
        "/",
        "//",
        "/../",
        "%2f",
        "%00",
        "%",
        "%e9",
        "?",
        "&",
        "=",
        ",",
        "#",
        "\u00ff",
        "\u00c3\u0028",
        "-1",
        "0",
        "18446744073709551616",
        "1e999",
        "null",
        "true",
        "{}",
        "[]",
        "\"",
        "\\u0000",
        "\\ud800",
        "{\"a\":",
        "[[[[[[[[",
        "&a [*a, *a]",
        "!!binary x",
        "<<: *a",
        "---\n",
        "Content-Length: 0\r\n",
        "Content-Length: 5\r\n",
        "Content-Length: 99999999999\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Connection: close\r\n",
        "Expect: 100-continue\r\n",
        "Content-Encoding: gzip\r\n",
        "Accept: application/json;as=Table;v=v1;g=meta.k8s.io\r\n",
        "Accept: */*;q=0\r\n",
        "Accept-Encoding: gzip\r\n",
        "Impersonate-User: a\r\n",
        "Impersonate-Group: system:masters\r\n",
        "limit=1&",
        "continue=a&",
        "resourceVersion=1&",
        "fieldSelector=a%3Db&",
        "labelSelector=a%20in%20(&",
        "watch=1&",
        "dryRun=All&",
        "fieldManager=x&",
        "force=true&",
        "metadata",
        "managedFields",
        "$patch",
        "$setElementOrder/x",
        "$retainKeys",
        "generateName",
        "finalizers",
        "../../..",
    ];

    private readonly (string Line, string Headers, string Body)[] _requests;
    private readonly string _token;
    private readonly int _seed;

    public RequestMutator(string token, int seed)
    {
        _seed = seed;
        _token = token;
        const string Maps = "/api/v1/namespaces/default/configmaps";
        const string Map =
            "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\",\"labels\":{\"b\":\"c\"}},\"data\":{\"d\":\"e\"}}";
        const string Pod =
            "{\"metadata\":{\"generateName\":\"p-\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"ports\":[{\"containerPort\":80}],\"resources\":{\"requests\":{\"cpu\":\"100m\"}}}]}}";
        _requests =
        [
            Of("GET", "/version"),
            Of("GET", "/apis"),
            Of("GET", "/openapi/v3/api/v1"),
            Of("HEAD", "/api/v1/nodes"),
            Of("GET", "/api/v1/nodes/a"),
            Of("GET", "/apis/none.example.com/v1"),
            Of(
                "GET",
                Maps
                    + "?limit=2&labelSelector=b%20in%20(c,d),!x&fieldSelector=metadata.name!=z&resourceVersion=0&resourceVersionMatch=NotOlderThan"
            ),
            Of("GET", Maps + "?watch=true&timeoutSeconds=1&allowWatchBookmarks=true"),
            Of("GET", Maps, "Accept: application/json;as=Table;v=v1;g=meta.k8s.io,application/json\r\n"),
            Of("GET", Maps + "/a", "Accept: application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io\r\nAccept-Encoding: gzip\r\n"),
            Of("POST", Maps, "Content-Type: application/json\r\n", Map),
            Of("POST", Maps + "?dryRun=All&fieldValidation=Strict&fieldManager=m", "Content-Type: application/json\r\n", Map),
            Of(
                "POST",
                Maps,
                "Content-Type: application/yaml\r\n",
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: y\n  labels: &l {b: c}\n  annotations: *l\ndata:\n  t: |\n    one\n    two\n"
            ),
            Of("PUT", Maps + "/a", "Content-Type: application/json\r\n", Map),
            Of("PATCH", Maps + "/a", "Content-Type: application/merge-patch+json\r\n", "{\"data\":{\"d\":null,\"f\":\"g\"}}"),
            Of(
                "PATCH",
                Maps + "/a",
                "Content-Type: application/json-patch+json\r\n",
                "[{\"op\":\"add\",\"path\":\"/data/x~1y\",\"value\":\"1\"},{\"op\":\"test\",\"path\":\"/metadata/name\",\"value\":\"a\"},{\"op\":\"copy\",\"from\":\"/data/d\",\"path\":\"/data/z\"}]"
            ),
            Of("PATCH", Maps + "/a?fieldManager=m&force=true", "Content-Type: application/apply-patch+yaml\r\n", Map),
            Of("POST", "/api/v1/namespaces/default/pods", "Content-Type: application/json\r\n", Pod),
            Of(
                "POST",
                "/api/v1/namespaces/default/pods/a/eviction",
                "Content-Type: application/json\r\n",
                "{\"apiVersion\":\"policy/v1\",\"kind\":\"Eviction\",\"metadata\":{\"name\":\"a\"},\"deleteOptions\":{\"gracePeriodSeconds\":0,\"preconditions\":{\"uid\":\"u\"}}}"
            ),
            Of(
                "PATCH",
                "/api/v1/nodes/a",
                "Content-Type: application/strategic-merge-patch+json\r\n",
                "{\"spec\":{\"taints\":[{\"key\":\"k\",\"effect\":\"NoSchedule\"},{\"$patch\":\"delete\",\"key\":\"l\"}]}}"
            ),
            Of(
                "PATCH",
                "/api/v1/nodes/a/status",
                "Content-Type: application/strategic-merge-patch+json\r\n",
                "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}],\"capacity\":{\"cpu\":\"4\"}}}"
            ),
            Of(
                "PUT",
                "/apis/apps/v1/namespaces/default/deployments/a/scale",
                "Content-Type: application/json\r\n",
                "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"replicas\":2}}"
            ),
            Of(
                "POST",
                "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                "Content-Type: application/json\r\n",
                "{\"spec\":{\"resourceAttributes\":{\"verb\":\"get\",\"resource\":\"pods\"}}}"
            ),
            Of(
                "POST",
                "/apis/apps/v1/namespaces/default/deployments",
                "Content-Type: application/json\r\n",
                "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"template\":{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}}}"
            ),
            Of(
                "DELETE",
                Maps + "/a",
                "Content-Type: application/json\r\n",
                "{\"propagationPolicy\":\"Foreground\",\"preconditions\":{\"resourceVersion\":\"1\"}}"
            ),
            Of("DELETE", Maps + "?labelSelector=b=c"),
            Chunked(Maps, "3\r\n{\"m\r\n1d;x=y\r\netadata\":{\"name\":\"chunked\"}}\r\n\r\n0\r\nT: x\r\n\r\n"),
            Of(
                "POST",
                "/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All",
                "Content-Type: application/json\r\n",
                "{\"metadata\":{\"name\":\"as.b.c\"},\"spec\":{\"group\":\"b.c\",\"scope\":\"Cluster\",\"names\":{\"plural\":\"as\",\"kind\":\"A\"},\"versions\":[{\"name\":\"v1\",\"served\":true,\"storage\":true,\"schema\":{\"openAPIV3Schema\":{\"type\":\"object\"}}}]}}"
            ),
        ];

        static (string, string, string) Of(string method, string path, string headers = "", string body = "") =>
            ($"{method} {path}", headers, body);

        static (string, string, string) Chunked(string path, string body) => ($"POST {path}", "Transfer-Encoding: chunked\r\n", body);
    }

    /// <summary>Every second one keeps the form of HTTP, so that what is wrong with it gets as far as the API.</summary>
    public byte[] Request(int number)
    {
        var random = new Random(unchecked((_seed * 1_000_003) + number));
        (string line, string headers, string body) = _requests[random.Next(_requests.Length)];
        bool isWellFormed = random.Next(2) == 0;
        if (isWellFormed && (body.Length == 0 || random.Next(4) == 0))
            line = Encoding
                .Latin1.GetString(Changed(line, random))
                .Replace("\r", "", StringComparison.Ordinal)
                .Replace("\n", "", StringComparison.Ordinal);
        else if (isWellFormed)
            body = Encoding.Latin1.GetString(Changed(body, random));
        string request = Rendered(line, headers, body);
        if (isWellFormed)
            return Encoding.Latin1.GetBytes(request);

        // Some are sent ahead, or behind.
        (line, headers, body) = _requests[random.Next(_requests.Length)];
        return Changed(random.Next(8) == 0 ? request + Rendered(line, headers, body) : request, random);
    }

    private string Rendered(string line, string headers, string body)
    {
        string length =
            body.Length > 0 && !headers.Contains("chunked", StringComparison.Ordinal) ? $"Content-Length: {body.Length}\r\n" : "";
        return $"{line} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {_token}\r\n{headers}{length}\r\n{body}";
    }

    private byte[] Changed(string text, Random random)
    {
        List<byte> bytes = [.. Encoding.Latin1.GetBytes(text)];
        for (int i = random.Next(1, MostChanges + 1); i > 0; i--)
            Change(bytes, random);
        return [.. bytes];
    }

    private void Change(List<byte> bytes, Random random)
    {
        if (bytes.Count == 0)
            return;
        int at = random.Next(bytes.Count),
            count = random.Next(1, Math.Min(32, bytes.Count - at) + 1);
        switch (random.Next(9))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, count);
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, count));
                break;
            case 4:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 5:
                bytes.InsertRange(at, Enumerable.Repeat(bytes[at], random.Next(1, 4096)));
                break;
            case 6:
                (string line, string headers, string body) = _requests[random.Next(_requests.Length)];
                byte[] other = Encoding.Latin1.GetBytes(Rendered(line, headers, body));
                int from = random.Next(other.Length);
                bytes.InsertRange(at, other[from..random.Next(from, other.Length)]);
                break;
            default:
                bytes.InsertRange(
                    random.Next(3) == 0 ? LineStart(bytes, at) : at,
                    Encoding.Latin1.GetBytes(Fragments[random.Next(Fragments.Length)])
                );
                break;
        }
    }

    private static int LineStart(List<byte> bytes, int at) => at == 0 ? 0 : bytes.LastIndexOf((byte)'\n', at - 1) + 1;
}
