using System.Text.Json.Nodes;

namespace NodeManager.Conformance.Semantics;

internal sealed partial class StepMaker
{
    private static readonly string[] MetadataPatches =
    [
        """{"metadata":{"labels":{"app":"db"}}}""",
        """{"metadata":{"labels":{"app":null}}}""",
        """{"metadata":{"labels":null}}""",
        """{"metadata":{"annotations":{"note":"text"}}}""",
        """{"metadata":{"annotations":{"note":5}}}""",
        """{"metadata":{"finalizers":["example.com/hold"]}}""",
        """{"metadata":{"finalizers":null}}""",
        """{"metadata":{"finalizers":[]}}""",
        """{"metadata":{"name":"other"}}""",
        """{"metadata":{"namespace":"other"}}""",
        """{"metadata":{"uid":"other"}}""",
        """{"metadata":{"resourceVersion":"⟦old⟧"}}""",
        """{"metadata":{"resourceVersion":"⟦rv⟧"}}""",
        """{"metadata":{"resourceVersion":"garbage"}}""",
        """{"metadata":{"resourceVersion":null}}""",
        """{"metadata":{"generation":9}}""",
        """{"metadata":{"creationTimestamp":null}}""",
        """{"metadata":{"deletionTimestamp":"2026-01-02T03:04:05Z"}}""",
        """{"metadata":{"labels":{"bad key!":"x"}}}""",
        """{"metadata":null}""",
        """{"metadata":"text"}""",
        """{"kind":"Bogus"}""",
        """{"apiVersion":"v9"}""",
        """{"spec":null}""",
        """{"bogus":1}""",
        """{"spec":{"bogus":1}}""",
        """{"status":{"phase":"Bogus"}}""",
        """{"metadata":{"managedFields":[]}}""",
        """{"metadata":{"managedFields":[{}]}}""",
        "{}",
    ];

    private static readonly string[] Operations =
    [
        """{"op":"add","path":"/metadata/labels","value":{"app":"web"}}""",
        """{"op":"add","path":"/metadata/labels/app","value":"db"}""",
        """{"op":"remove","path":"/metadata/labels/app"}""",
        """{"op":"remove","path":"/metadata/labels/no"}""",
        """{"op":"replace","path":"/metadata/labels/app","value":"x"}""",
        """{"op":"replace","path":"/metadata/no","value":"x"}""",
        """{"op":"test","path":"/metadata/labels/app","value":"web"}""",
        """{"op":"test","path":"/metadata/name","value":"zzz"}""",
        """{"op":"test","path":"/no/where","value":1}""",
        """{"op":"add","path":"/metadata/annotations","value":{}}""",
        """{"op":"copy","from":"/metadata/name","path":"/metadata/labels/copy"}""",
        """{"op":"move","from":"/metadata/labels/app","path":"/metadata/labels/moved"}""",
        """{"op":"bogus","path":"/x"}""",
        """{"op":"add"}""",
        """{"path":"/metadata"}""",
        """{"op":"remove","path":""}""",
        """{"op":"replace","path":"","value":{}}""",
        """{"op":"add","path":"no-slash","value":1}""",
        """{"op":"add","path":"/metadata/labels/a~1b","value":"x"}""",
        """{"op":"add","path":"/metadata/finalizers","value":["example.com/hold"]}""",
        """{"op":"add","path":"/metadata/finalizers/-","value":"example.com/more"}""",
        """{"op":"remove","path":"/metadata/finalizers/0"}""",
        """{"op":"remove","path":"/metadata/finalizers/5"}""",
        """{"op":"add","path":"/spec/bogus","value":1}""",
        """{"op":"replace","path":"/spec/replicas","value":-1}""",
        """{"op":"replace","path":"/spec/replicas","value":4}""",
        """{"op":"remove","path":"/spec/containers/0"}""",
        """{"op":"add","path":"/spec/containers/-","value":{"name":"more"}}""",
        """{"op":"replace","path":"/spec/containers/0/image","value":"example.com/new"}""",
        """{"op":"remove","path":"/metadata"}""",
        "null",
        "5",
        """{"op":"test","path":"/metadata/labels","value":null}""",
        """{"op":"add","path":"/metadata/labels/x/y","value":"z"}""",
        """{"op":"copy","from":"/no","path":"/metadata/labels/y"}""",
    ];

    private static readonly string[] Directives =
    [
        """{"spec":{"containers":[{"name":"main","$patch":"delete"}]}}""",
        """{"spec":{"$patch":"replace","replicas":1}}""",
        """{"metadata":{"labels":{"$patch":"replace","a":"b"}}}""",
        """{"metadata":{"$deleteFromPrimitiveList/finalizers":["example.com/hold"]}}""",
        """{"metadata":{"$setElementOrder/finalizers":["b","a"],"finalizers":["a"]}}""",
        """{"spec":{"$retainKeys":["replicas"],"replicas":2}}""",
        """{"spec":{"template":{"spec":{"containers":[{"name":"main","image":"example.com/new"}]}}}}""",
        """{"spec":{"containers":[{"image":"x"}]}}""",
        """{"spec":{"containers":[{"name":"main","image":"example.com/new"}]}}""",
        """{"$patch":"delete"}""",
        """{"$patch":"bogus"}""",
        """{"spec":{"containers":"text"}}""",
        """{"spec":{"tolerations":[{"key":"new","operator":"Exists"}]}}""",
        """{"spec":{"ports":[{"port":80,"name":"renamed"}]}}""",
        """{"spec":{"taints":[{"key":"new","effect":"NoSchedule"}]}}""",
        """{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}""",
        """{"spec":{"$setElementOrder/containers":[{"name":"side"},{"name":"main"}]}}""",
        """{"metadata":{"ownerReferences":[{"uid":"x","$patch":"delete"}]}}""",
        """{"data":{"key":null,"new":"x"}}""",
        """{"data":{"key":5}}""",
    ];

    private ApiStep Patch(ApiKind kind, string name, string target, JsonObject? current)
    {
        string label = "patch",
            query,
            body,
            type;
        bool isFromCurrent = false;
        switch (_random.Next(6))
        {
            case 0:
                type = "application/json-patch+json";
                body = $"[{string.Join(',', Enumerable.Range(0, _random.Next(1, 3)).Select(_ => Pick(Operations)))}]";
                break;
            case 1:
                type = Pick("application/merge-patch+json", "application/strategic-merge-patch+json");
                body = Pick(MetadataPatches);
                break;
            case 2:
                type = "application/strategic-merge-patch+json";
                body = Pick(Directives);
                break;
            case 3:
                type = Pick("application/merge-patch+json", "application/strategic-merge-patch+json");
                JsonObject changed = current?.DeepClone().AsObject() ?? kind.Make(name, null);
                label += " " + _mutator.Mutate(changed);
                changed.Remove("metadata");
                body = changed.ToJsonString();
                isFromCurrent = current is not null;
                break;
            default:
                return Apply(kind, name, target);
        }

        label +=
            type.Contains("json-patch", StringComparison.Ordinal) ? " json"
            : type.Contains("strategic", StringComparison.Ordinal) ? " strategic"
            : " merge";
        query = WriteQuery("Patch", ref label);
        return new(label, kind, "PATCH", target + query)
        {
            Target = target,
            Body = body,
            ContentType = type,
            IsFromCurrent = isFromCurrent,
        };
    }

    private ApiStep Apply(ApiKind kind, string name, string target)
    {
        JsonObject body = kind.Make(name, Chance(30) ? Namespace : null);
        string label = "apply";
        if (Chance(50))
            label += " " + _mutator.Mutate(body);
        if (Chance(30))
            label += " " + OddMetadata(body);
        if (Chance(8))
            label += " " + OddIdentity(kind, body);
        foreach (string member in body.Select(static pair => pair.Key).ToArray())
            if (member is not ("apiVersion" or "kind" or "metadata") && Chance(15))
                body.Remove(member);
        List<string> options = [];
        if (Chance(95))
            options.Add("fieldManager=" + Pick("one", "two", "one", "tester"));
        if (Chance(45))
            options.Add("force=true");
        if (Chance(10))
            options.Add("dryRun=All");
        if (Chance(15))
            options.Add("fieldValidation=" + Pick("Strict", "Warn", "Ignore"));
        return new(label, kind, "PATCH", target + Query(options))
        {
            Target = target,
            Body = body.ToJsonString(),
            ContentType = "application/apply-patch+yaml",
        };
    }
}
