using System.Text.Json.Nodes;

namespace NodeManager.Conformance.Semantics;

/// <summary>Puts the same requests to both servers and compares what they answer.</summary>
internal sealed class ApiComparer(Func<ApiSide> connectReal, Func<ApiSide> connectOurs, int minor)
{
    private int _compared;
    private int _accepted;
    private int _known;

    /// <summary>Requests that both answered.</summary>
    public int Compared => _compared;

    /// <summary>Of these, those that succeeded.</summary>
    public int Accepted => _accepted;

    /// <summary>Of these, those whose answers differ as it is known that they do.</summary>
    public int Known => _known;

    /// <summary>A round: requests that follow each other, in its own namespace and with its own cluster-scoped names.</summary>
    public async Task<IReadOnlyList<ApiDifference>> RunAsync(int seed, string prefix, int steps)
    {
        using ApiSide real = connectReal(),
            ours = connectOurs();
        var maker = new StepMaker(seed, prefix, minor, real);
        List<ApiDifference> found = [];
        var space = new ApiKind("Namespace", "v1", "namespaces", "{}") { IsNamespaced = false };
        ApiStep create = new("namespace", space, "POST", "/api/v1/namespaces")
        {
            Target = $"/api/v1/namespaces/{prefix}",
            Body = space.Make(prefix, null).ToJsonString(),
        };
        await PutAsync(create, null);
        for (int i = 0; i < steps; i++)
        {
            ApiStep step = maker.Make();
            JsonObject? origin = step.IsFromCurrent ? real.Last(step.Target)?.DeepClone().AsObject() : null;
            if (!await PutAsync(step, origin))
                await WipeAsync(real, ours, maker, step.Kind);
            else if (
                step.Method == "DELETE"
                || IsEnding(real.Last(step.Target))
                || step.Path.Contains("/eviction", StringComparison.Ordinal)
            )
                await LookAsync(step);
        }

        return found;

        // False where what is there may differ now.
        async Task<bool> PutAsync(ApiStep step, JsonObject? origin)
        {
            ApiAnswer[] answers = await Task.WhenAll(real.SendAsync(step, origin), ours.SendAsync(step, origin));
            Interlocked.Increment(ref _compared);
            if (answers[0].IsSuccess)
                Interlocked.Increment(ref _accepted);
            IReadOnlyList<Discrepancy> all = AnswerComparison.Compare(
                answers[0],
                AnswerNormalizer.Normalize(answers[0], step, real),
                answers[1],
                AnswerNormalizer.Normalize(answers[1], step, ours)
            );
            List<Discrepancy> unknown = [.. all.Where(one => !KnownDifferences.Explain(step, one, minor))];
            if (all.Count > 0 && unknown.Count == 0)
                Interlocked.Increment(ref _known);
            if (unknown.Count > 0)
                found.Add(new(step, unknown));
            if (answers[0].IsSuccess && step.Path.Contains("/binding", StringComparison.Ordinal))
                await SettleAsync(step);
            real.Note(step, answers[0]);
            ours.Note(step, answers[1]);
            return all.Count == 0 || !step.IsChange || (!answers[0].IsSuccess && !answers[1].IsSuccess);
        }

        // Where its cache still has the pod on no node, the real server may end it immediately, whatever its grace.
        async Task SettleAsync(ApiStep step)
        {
            ApiAnswer bound = await real.SendAsync(new("", step.Kind, "GET", step.Target) { Target = step.Target }, null);
            await real.SendAsync(
                new("", step.Kind, "GET", $"{step.Target}?resourceVersion={bound.Json?["metadata"]?["resourceVersion"]}")
                {
                    Target = step.Target,
                },
                null
            );
        }

        // What is left of an object after a request that may have ended it.
        async Task LookAsync(ApiStep step)
        {
            bool isCollection = step.Target == step.Kind.Collection(maker.Namespace);
            IEnumerable<string> paths = isCollection ? maker.NamesOf(step.Kind).Select(name => $"{step.Target}/{name}") : [step.Target];
            foreach (string path in paths)
            {
                if (real.Last(path) is null && ours.Last(path) is null)
                    continue;
                var look = new ApiStep("after " + step.Label, step.Kind, "GET", path) { Target = path };
                bool isSame = await PutAsync(look, null);
                if (found.Count > 0 && found[^1].Step == look || !isSame)
                {
                    await WipeAsync(real, ours, maker, step.Kind);
                    return;
                }

                ApiAnswer still = await real.SendAsync(look, null);
                if (still.Code != 404)
                    continue;
                real.Forget(path);
                ours.Forget(path);
            }
        }
    }

    private static bool IsEnding(JsonObject? item) => item?["metadata"]?["deletionTimestamp"] is not null;

    // After a difference both start again from nothing, so that one cause is told once.
    private static async Task WipeAsync(ApiSide real, ApiSide ours, StepMaker maker, ApiKind kind)
    {
        foreach (string name in maker.NamesOf(kind))
        {
            string path = $"{kind.Collection(maker.Namespace)}/{name}";
            var free = new ApiStep("", kind, "PATCH", path)
            {
                Target = path,
                Body = """{"metadata":{"finalizers":null}}""",
                ContentType = "application/merge-patch+json",
            };
            var delete = new ApiStep("", kind, "DELETE", path)
            {
                Target = path,
                Body = """{"gracePeriodSeconds":0,"propagationPolicy":"Background"}""",
            };
            var finalize = new ApiStep("", kind, "PUT", path + "/finalize")
            {
                Target = path,
                Body = $$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{name}}}"},"spec":{"finalizers":[]}}""",
            };
            foreach (ApiSide side in (ApiSide[])[real, ours])
            {
                await side.SendAsync(free, null);
                await side.SendAsync(delete, null);
                if (kind.Kind == "Namespace")
                    await side.SendAsync(finalize, null);
                side.Forget(path);
            }
        }
    }
}
