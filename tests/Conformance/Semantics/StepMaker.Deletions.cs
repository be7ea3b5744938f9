namespace NodeManager.Conformance.Semantics;

internal sealed partial class StepMaker
{
    private static readonly string?[] DeleteBodies =
    [
        null,
        null,
        null,
        null,
        """{"propagationPolicy":"Foreground"}""",
        """{"propagationPolicy":"Background"}""",
        """{"propagationPolicy":"Orphan"}""",
        """{"propagationPolicy":"Bogus"}""",
        """{"gracePeriodSeconds":0}""",
        """{"gracePeriodSeconds":5}""",
        """{"gracePeriodSeconds":-1}""",
        """{"gracePeriodSeconds":"x"}""",
        """{"preconditions":{"uid":"⟦uid⟧"}}""",
        """{"preconditions":{"uid":"other"}}""",
        """{"preconditions":{"resourceVersion":"⟦rv⟧"}}""",
        """{"preconditions":{"resourceVersion":"⟦old⟧"}}""",
        """{"preconditions":{"resourceVersion":"garbage"}}""",
        """{"dryRun":["All"]}""",
        """{"dryRun":["Some"]}""",
        """{"orphanDependents":true}""",
        """{"orphanDependents":false}""",
        """{"orphanDependents":true,"propagationPolicy":"Foreground"}""",
        """{"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background"}""",
        """{"apiVersion":"meta.k8s.io/v1","kind":"DeleteOptions","gracePeriodSeconds":1}""",
        """{"apiVersion":"v1","kind":"Pod"}""",
        """{"apiVersion":"v9","kind":"DeleteOptions"}""",
        "{}",
        "{",
        "[]",
        "null",
        """{"bogus":1}""",
    ];

    private ApiStep Delete(ApiKind kind, string target)
    {
        List<string> options = DeleteQuery();
        return new("delete", kind, "DELETE", target + Query(options))
        {
            Target = target,
            Body = Pick(DeleteBodies),
            ContentType = Chance(5) ? Pick("text/plain", "application/yaml", "") : "application/json",
        };
    }

    private ApiStep DeleteCollection(ApiKind kind)
    {
        string collection = kind.Collection(Namespace);
        List<string> options = DeleteQuery();
        if (kind.IsShared)
            options.Add("labelSelector=round%3D" + _prefix);
        else if (Chance(60))
            options.Add(
                Pick(
                    "labelSelector=app%3Dweb",
                    "labelSelector=app%3Ddb",
                    "fieldSelector=metadata.name%3Da",
                    "labelSelector=bad%20key!",
                    "limit=1",
                    "fieldSelector=bogus%3Dx",
                    "resourceVersion=0",
                    "resourceVersion=garbage"
                )
            );
        return new("deletecollection", kind, "DELETE", collection + Query(options)) { Target = collection, Body = Pick(DeleteBodies) };
    }

    private List<string> DeleteQuery()
    {
        List<string> options = [];
        if (Chance(10))
            options.Add("dryRun=" + Pick("All", "Some", ""));
        if (Chance(10))
            options.Add("gracePeriodSeconds=" + Pick("0", "3", "-1", "x", ""));
        if (Chance(10))
            options.Add("propagationPolicy=" + Pick("Foreground", "Background", "Orphan", "Bogus", ""));
        if (Chance(4))
            options.Add("orphanDependents=" + Pick("true", "false", "x"));
        if (Chance(3))
            options.Add(Pick("bogus=1", "timeout=3s", "fieldValidation=Strict"));
        return options;
    }
}
