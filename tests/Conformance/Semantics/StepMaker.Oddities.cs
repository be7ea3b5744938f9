using System.Text.Json.Nodes;

namespace NodeManager.Conformance.Semantics;

internal sealed partial class StepMaker
{
    private const string Long = "x23456789012345678901234567890123456789012345678901234567890123456789";

    private string OddMetadata(JsonObject body)
    {
        if (body["metadata"] is not JsonObject metadata)
            body["metadata"] = metadata = [];
        switch (_random.Next(14))
        {
            case 0:
                metadata["labels"] = new JsonObject
                {
                    [Pick("good", "bad key!", "a/b/c", "/x", "x/", "UPPER.example/x", "example.com/" + Long, Long, "")] = Pick(
                        "v",
                        "",
                        "bad value!",
                        "-x",
                        Long
                    ),
                };
                return "labels";
            case 1:
                metadata["labels"] = new JsonObject { ["app"] = Pick("web", "db", "cache") };
                return "label";
            case 2:
                metadata["annotations"] = new JsonObject
                {
                    [Pick("good", "bad key!", "a/b/c", "/x", "UPPER/x", "Example.com/Name", "")] = Pick("any text!", ""),
                };
                return "annotations";
            case 3:
                metadata["finalizers"] = new JsonArray([
                    .. Pick<string[]>(
                            ["example.com/hold"],
                            ["example.com/hold", "example.com/more"],
                            ["plain"],
                            ["bad name!"],
                            ["foregroundDeletion"],
                            ["orphan"],
                            ["kubernetes"],
                            ["orphan", "foregroundDeletion"],
                            [""],
                            ["example.com/hold", "example.com/hold"]
                        )
                        .Select(static one => JsonValue.Create(one)),
                ]);
                return "finalizers";
            case 4:
                metadata.Remove("finalizers");
                return "no finalizers";
            case 5:
                JsonObject owner = new()
                {
                    ["apiVersion"] = Pick("v1", "apps/v1", "a/b/c", ""),
                    ["kind"] = Pick("ConfigMap", "Event", ""),
                    ["name"] = Pick("owner", ""),
                    ["uid"] = Pick("11111111-2222-3333-4444-555555555555", ""),
                };
                if (Chance(30))
                    owner["controller"] = true;
                if (Chance(30))
                    owner["blockOwnerDeletion"] = Chance(50);
                metadata["ownerReferences"] = Chance(30) ? new JsonArray(owner.DeepClone(), owner) : new JsonArray(owner);
                return "owners";
            case 6:
                metadata["ownerReferences"] = new JsonArray(
                    new JsonObject
                    {
                        ["apiVersion"] = "v1",
                        ["kind"] = "ConfigMap",
                        ["name"] = "one",
                        ["uid"] = "11111111-2222-3333-4444-555555555555",
                        ["controller"] = true,
                    },
                    new JsonObject
                    {
                        ["apiVersion"] = "v1",
                        ["kind"] = "ConfigMap",
                        ["name"] = "two",
                        ["uid"] = "11111111-2222-3333-4444-555555555556",
                        ["controller"] = true,
                    }
                );
                return "two controllers";
            case 7:
                metadata["resourceVersion"] = Pick("1", "0", "garbage", "");
                return "resourceVersion";
            case 8:
                metadata["uid"] = Pick("11111111-2222-3333-4444-555555555555", "any");
                return "uid";
            case 9:
                metadata["generation"] = Pick(7, -1, 0);
                return "generation";
            case 10:
                metadata["deletionTimestamp"] = "2026-01-02T03:04:05Z";
                metadata["deletionGracePeriodSeconds"] = 30;
                return "deletionTimestamp";
            case 11:
                metadata["creationTimestamp"] = Pick<JsonNode?>(
                    null,
                    JsonValue.Create("2020-01-02T03:04:05Z"),
                    JsonValue.Create("yesterday")
                );
                return "creationTimestamp";
            case 12:
                metadata["selfLink"] = "/somewhere";
                return "selfLink";
            default:
                metadata["managedFields"] = Pick<JsonNode?>(
                    new JsonArray(),
                    new JsonArray(new JsonObject()),
                    new JsonArray(
                        new JsonObject
                        {
                            ["manager"] = "me",
                            ["operation"] = "Update",
                            ["apiVersion"] = "v1",
                            ["fieldsType"] = "FieldsV1",
                            ["fieldsV1"] = new JsonObject
                            {
                                ["f:metadata"] = new JsonObject { ["f:labels"] = new JsonObject { ["f:app"] = new JsonObject() } },
                            },
                        }
                    ),
                    new JsonArray(new JsonObject { ["manager"] = "me", ["operation"] = "Bogus" })
                );
                return "managedFields";
        }
    }

    private string OddIdentity(ApiKind kind, JsonObject body)
    {
        JsonObject metadata = body["metadata"]!.AsObject();
        switch (_random.Next(9))
        {
            case 0:
                body["apiVersion"] = Pick("v2", "apps/v1", "v1", "a/b/c", "", "bogus.example.com/v1");
                return "apiVersion";
            case 1:
                body["kind"] = Pick("Pod", "ConfigMap", "Bogus", "", kind.Kind.ToLowerInvariant());
                return "kind";
            case 2:
                body.Remove("apiVersion");
                return "no apiVersion";
            case 3:
                body.Remove("kind");
                return "no kind";
            case 4:
                body.Remove("kind");
                body.Remove("apiVersion");
                return "no kind and apiVersion";
            case 5:
                metadata["name"] = Pick("Bad_Name", "another", "", "a.b", "-a", Long, "a/b", "..", new string('a', 260));
                return "name";
            case 6:
                metadata["namespace"] = Pick("other", "Bad_Namespace", "", "default");
                return "namespace";
            case 7:
                body.Remove("metadata");
                return "no metadata";
            default:
                body["spec"] = null;
                return "no spec";
        }
    }

    // Options of writes.
    private string WriteQuery(string verb, ref string label)
    {
        List<string> options = [];
        if (Chance(12))
            options.Add("dryRun=" + Pick("All", "All", "All", "Some", "", "All&dryRun=All"));
        if (Chance(30))
            options.Add("fieldValidation=" + Pick("Strict", "Warn", "Ignore", "Strict", "Bogus", ""));
        if (Chance(20))
            options.Add("fieldManager=" + Pick("tester", "other", "bad%0Aname", new string('m', 130)));
        if (Chance(5))
            options.Add("force=" + Pick("true", "false", "maybe"));
        if (Chance(5))
            options.Add(Pick("bogus=1", "pretty=true", "timeout=5s", "timeout=bogus", "timeoutSeconds=5", "limit=x"));
        if (options.Count == 0)
            return "";
        label += $" ({verb}Options)";
        return "?" + string.Join('&', options);
    }

    private ApiStep Odd(ApiKind kind, string name, string target)
    {
        string collection = kind.Collection(Namespace),
            body = kind.Make(name, null).ToJsonString();
        return _random.Next(14) switch
        {
            0 => new ApiStep("method on collection", kind, Pick("PUT", "PATCH", "PATCH"), collection)
            {
                Target = target,
                Body = body,
                ContentType = Pick("application/json", "application/merge-patch+json"),
            },
            1 => new("post to object", kind, "POST", target) { Target = target, Body = body },
            2 => new("content type", kind, "POST", collection + "?dryRun=All")
            {
                Target = target,
                Body = body,
                ContentType = Pick(
                    "text/plain",
                    "application/xml",
                    "",
                    "application/x-www-form-urlencoded",
                    "application/json; charset=utf-8",
                    "application/merge-patch+json",
                    "APPLICATION/JSON"
                ),
            },
            3 => new("patch content type", kind, "PATCH", target + "?dryRun=All")
            {
                Target = target,
                Body = "{}",
                ContentType = Pick(
                    "text/plain",
                    "application/json",
                    "",
                    "application/bogus-patch+json",
                    "application/merge-patch+json; charset=utf-8"
                ),
            },
            4 => new("put content type", kind, "PUT", target + "?dryRun=All")
            {
                Target = target,
                Body = body,
                ContentType = Pick("text/plain", "application/xml", ""),
            },
            5 => new(
                "subresource",
                kind,
                Pick("GET", "PUT", "POST", "DELETE", "PATCH"),
                target + Pick("/bogus", "/scale", "/status", "/finalize", "/log")
            )
            {
                Target = target,
                Body = body,
                ContentType = "application/merge-patch+json",
            },
            6 when kind.IsNamespaced => new(
                "collection in no such namespace",
                kind,
                Pick("GET", "POST"),
                kind.Collection("nowhere") + (Chance(30) ? "/" + name : "")
            )
            {
                Target = target,
                Body = Chance(70) ? kind.Make(name, null).ToJsonString() : null,
            },
            7 => AllNamespaces(kind, name, target),
            8 => new(
                "unserved path",
                kind,
                "GET",
                Pick(
                    kind.Root + "/bogus",
                    kind.Root + "/bogus/x",
                    "/apis/bogus.example.com/v1/things",
                    "/api/v2/pods",
                    "/apis/apps/v9/deployments",
                    "/bogus",
                    $"{target}/status/more",
                    $"{target}/"
                )
            )
            {
                Target = target,
            },
            9 => new("body", kind, "POST", collection + "?dryRun=All")
            {
                Target = target,
                Body = Pick(
                    "",
                    "{",
                    "[]",
                    "null",
                    "\"text\"",
                    "{}",
                    "{\"kind\":5}",
                    "{\"apiVersion\":5,\"kind\":\"" + kind.Kind + "\"}",
                    "{\"metadata\":[]}",
                    body + "x",
                    body + body,
                    "kind: x"
                ),
            },
            10 => new("patch body", kind, "PATCH", target + "?dryRun=All")
            {
                Target = target,
                Body = Pick("", "{", "[]", "null", "\"text\"", "{}", "5"),
                ContentType = Pick("application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json"),
            },
            11 => new("apply body", kind, "PATCH", target + "?dryRun=All&fieldManager=tester")
            {
                Target = target,
                Body = Pick("", "{", "[]", "null", "\"text\"", "{}", "5", "a: [", "kind: Bogus", "apiVersion: v1"),
                ContentType = "application/apply-patch+yaml",
            },
            12 => new("yaml", kind, "POST", collection + "?dryRun=All")
            {
                Target = target,
                Body = Pick(
                    body,
                    "kind: " + kind.Kind,
                    "a: b",
                    "- a",
                    $"apiVersion: {kind.ApiVersion}\nkind: {kind.Kind}\nmetadata:\n  name: {name}\n"
                ),
                ContentType = "application/yaml",
            },
            _ => new(
                "odd name",
                kind,
                Pick("GET", "DELETE", "PATCH"),
                collection + "/" + Pick("Bad_Name", "no-such", "a%20b", Long + Long + Long + Long, "a:b", "ä")
            )
            {
                Target = target,
                Body = null,
                ContentType = "application/merge-patch+json",
            },
        };
    }

    // Only objects of this test: those of other tests are visible here.
    private ApiStep AllNamespaces(ApiKind kind, string name, string target)
    {
        string path = $"{kind.Root}/{kind.Plural}?labelSelector=none%3D{_prefix}";
        return Pick("POST", "DELETE", "GET") switch
        {
            "POST" when kind.IsNamespaced => new("all namespaces", kind, "POST", path + "&dryRun=All")
            {
                Target = target,
                Body = kind.Make(name, Chance(50) ? "nowhere" : null).ToJsonString(),
            },
            "DELETE" when kind.IsNamespaced => new("all namespaces", kind, "DELETE", path) { Target = target },
            _ => new("all namespaces", kind, "GET", path) { Target = target },
        };
    }
}
