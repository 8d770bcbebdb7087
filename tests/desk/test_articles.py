"""The page of articles that did not help."""

from __future__ import annotations

from pathlib import Path

from backends.article_verdicts import ArticleVerdicts, Verdict
from tests.desk.web import running


def test_a_flagged_article_is_shown_and_settled_by_a_lead(tmp_path: Path) -> None:
    verdicts = ArticleVerdicts(f"sqlite:///{tmp_path}/knowledge.db")
    said = Verdict("k1", "returns", "v1", "How do I return it?", False, "send back <b>", "c1")
    verdicts.record(said)
    with running(tmp_path) as web:
        parts = web.client.app.state.parts
        agent, lead = web.sign_in("agent"), web.sign_in("lead")
        assert "not connected" in agent.get("/articles")[1]
        parts.verdicts = verdicts
        page = agent.get("/articles")[1]
        assert "How do I return it?" in page
        assert "send back &lt;b&gt;" in page
        assert agent.post("/articles/returns/settle") == 403
        assert lead.post("/articles/returns/settle") == 303
        assert "No article is flagged" in lead.get("/articles")[1]
    verdicts.close()
