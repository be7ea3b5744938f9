namespace NodeManager.Conformance.Semantics;

internal sealed partial class StepMaker
{
    private static readonly string?[] Accepts =
    [
        null,
        null,
        null,
        "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
        "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json",
        "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json",
        "application/json;as=Table;v=v1beta1;g=meta.k8s.io",
        "text/html",
        "*/*",
        "application/*",
        "application/json;as=Bogus;v=v1;g=meta.k8s.io",
        "application/json;as=Table;v=v9;g=meta.k8s.io",
        "text/plain,application/json;q=0.5",
        "application/xml",
    ];

    private static readonly string[] ObjectParameters =
    [
        "resourceVersion=0",
        "resourceVersion=⟦rv⟧",
        "resourceVersion=garbage",
        "resourceVersion=-1",
        "includeObject=None",
        "includeObject=Bogus",
        "includeObject=Object",
        "pretty=true",
        "bogus=1",
        "limit=5",
        "watch=false",
    ];

    private ApiStep Get(ApiKind kind, string name, string target)
    {
        List<string> options = [];
        if (Chance(35))
            options.Add(Pick(ObjectParameters));
        return new("get", kind, "GET", (Chance(8) ? target[..^name.Length] + "no-such" : target) + Query(options))
        {
            Target = target,
            Accept = Pick(Accepts),
        };
    }

    private ApiStep List(ApiKind kind)
    {
        string collection = kind.Collection(Namespace);
        List<string> options = [];

        // Others' objects are in view of such lists: the label says whose they are, as far as they kept it.
        if (kind.IsShared)
            options.Add(Pick("fieldSelector=metadata.name%3D" + NamesOf(kind).First(), "labelSelector=round%3D" + _prefix));
        else if (Chance(35))
            options.Add(
                "labelSelector="
                    + Uri.EscapeDataString(
                        Pick(
                            "app=web",
                            "app!=web",
                            "app in (web,db)",
                            "app notin (db)",
                            "app",
                            "!app",
                            "app=web,tier",
                            "bad key!=x",
                            "app in",
                            "app in ()",
                            "=x",
                            "app==web",
                            "app=bad value",
                            "a/b/c=d",
                            ",",
                            "app>5",
                            "app<x",
                            "app=web,",
                            " app = web ",
                            "app in (web",
                            "app=web x"
                        )
                    )
            );
        if (!kind.IsShared && Chance(25))
        {
            options.Add(
                "fieldSelector="
                    + Uri.EscapeDataString(
                        Pick([
                            "metadata.name=a",
                            "metadata.name!=a",
                            "metadata.namespace=" + Namespace,
                            "metadata.namespace=other",
                            "bogus=x",
                            "metadata.name=a,metadata.name=b",
                            "metadata.name",
                            "metadata.name in (a)",
                            "",
                            "metadata.labels.app=web",
                            .. kind.Selectable.Select(static field => field + "=x"),
                            .. kind.Selectable.Select(static field => field + "!=x"),
                            .. kind.Selectable.Select(static field => field + "="),
                        ])
                    )
            );
        }

        if (Chance(30))
            options.Add("limit=" + Pick("1", "2", "0", "-1", "x", "9999999999999999999", "1.5"));
        if (Chance(18))
            options.Add("continue=" + Pick("⟦continue⟧", "⟦continue⟧", "garbage", "", "bm9uZQ"));
        if (Chance(22))
            options.Add("resourceVersion=" + Pick("⟦list⟧", "0", "garbage", "-1", "", "1", "99999999999", "18446744073709551616"));
        if (Chance(20))
            options.Add("resourceVersionMatch=" + Pick("Exact", "NotOlderThan", "Bogus", "", "exact"));
        if (Chance(6))
            options.Add("sendInitialEvents=" + Pick("true", "false", "maybe"));
        if (Chance(5))
            options.Add("timeoutSeconds=" + Pick("5", "x", "-1"));
        if (Chance(5))
            options.Add("allowWatchBookmarks=" + Pick("true", "maybe"));
        if (Chance(5))
            options.Add(Pick("bogus=1", "watch=false", "watch=0", "pretty=true", "limit="));
        return new("list", kind, "GET", collection + Query(options)) { Target = collection, Accept = Pick(Accepts) };
    }

    private static string Query(List<string> options) => options.Count == 0 ? "" : "?" + string.Join('&', options);
}
