"""Every sentence of the bot's own, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from bot.answer import Language

_PHRASES: Mapping[str, tuple[str, str]] = {
    "start": (
        "您好！我是问报，在报纸文章里替您找答案。直接发问题给我就行，每个回答都引用原文，点编号可看出处。\n\n"
        "/search 词语 查找段落 · /latest 最新文章 · /new 重新开始 · /help 更多",
        "Hello! I look for answers in an archive of newspaper articles. Just send me a question; every answer quotes"
        " its source, which the numbered buttons open.\n\n"
        "/search words · /latest articles · /new conversation · /help for more",
    ),
    "help": (
        "直接发问题即可；接着问“那……呢？”我会联系上文。回复我的某条回答，就是就那条回答接着问；"
        "改了问题，回答也会跟着改。\n\n"
        "/new 忘掉上文，重新开始\n/search 词语 查找段落\n/latest 最新文章\n/article 编号 打开文章\n"
        "/language 语言\n/settings 回答长短、是否列出来源\n/privacy 我保存什么\n/forget_me 删除您的记录\n\n"
        "在群里：@{bot} 加问题，或 /ask 问题，或回复我的消息。在任何聊天里输入“@{bot} 词语”可以找文章。",
        "Just send a question; a follow-up leans on what came before. Reply to one of my answers to ask about that"
        " one; edit a question and its answer changes.\n\n"
        "/new forget what came before\n/search words to find passages\n/latest articles\n/article id to open one\n"
        "/language\n/settings length of answers, list of sources\n/privacy what I keep\n"
        "/forget_me delete what I keep about you\n\n"
        "In a group: @{bot} and a question, /ask question, or reply to me. In any chat, type “@{bot} words” to find"
        " an article.",
    ),
    "new": ("好的，我们重新开始。请提问。", "Done: we start over. What is your question?"),
    "more": ("更多段落", "More"),
    "sources": ("来源", "Sources"),
    "untitled": ("（无题）", "(untitled)"),
    "late": ("抱歉，刚才我不在线，现在回答您的问题。", "Sorry, I was away; here is the answer to your question."),
    "wait": ("请稍等，我还在回答您前面的问题，接着就回答这一个。", "One moment: I am still at your earlier questions."),
    "too_many": (
        "您的问题太多，我来不及回答这一个。等前面的答完后，请再问一次。",
        "That is more than I can take at once. Please ask this one again when the others are answered.",
    ),
    "daily": (
        "您今天已问了{most}个问题，达到了每日上限，明天再来吧。",
        "You have asked {most} questions today, which is the most a day. Please come back tomorrow.",
    ),
    "closed": (
        "抱歉，这个机器人只为指定的人服务。您的编号是 {id}，可请管理员把它加入名单。",
        "Sorry, this bot is for certain people only. Your number is {id}; an administrator can add it to the list.",
    ),
    "closed_group": (
        "抱歉，这个群不在名单上。群的编号是 {id}，可请管理员加入。",
        "Sorry, this group is not on the list. Its number is {id}; an administrator can add it.",
    ),
    "invite_needed": (
        "您好！使用这个机器人需要邀请码。请发送：/start 邀请码",
        "Hello! You need an invitation code to use this bot. Send: /start CODE",
    ),
    "invited": ("欢迎！邀请码有效，现在可以提问了。", "Welcome! The code is valid; you can ask now."),
    "bad_code": ("这个邀请码无效或已用完。", "That code is not valid or has been used up."),
    "failed": ("抱歉，刚才出了点问题，请稍后再试。", "Sorry, something went wrong here. Please try again in a while."),
    "kind_word": (
        "谢谢！可惜我只读得懂文字。请把问题打成文字发给我，我会在报纸文章里找答案。",
        "Thank you! I only understand text, though. Type a question and I will look for the answer in the articles.",
    ),
    "gone": ("这条内容已经不在了。", "This is no longer there."),
    "changed": (
        "文章后来有改动，这是当时引用的句子。",
        "The article has changed since; this is the sentence as it was quoted.",
    ),
    "not_yours": (
        "这是别人的按钮，请自己发一次命令。",
        "This button is somebody else's; please send the command yourself.",
    ),
    "voted": ("谢谢，已记下。", "Thank you, noted."),
    "voted_already": ("您已经这样评过了。", "You said so already."),
    "whole_article": ("阅读全文", "Whole article"),
    "no_hits": ("没有找到“{words}”。", "Nothing found for “{words}”."),
    "search_how": (
        "请在 /search 后面写要找的词语，例如：/search 大桥 通车",
        "Write words after /search, like: /search bridge",
    ),
    "article_how": ("请在 /article 后面写文章的编号。", "Write the id of an article after /article."),
    "ask_how": ("请在 /ask 后面写您的问题。", "Write your question after /ask."),
    "no_article": ("没有编号为“{id}”的文章。", "There is no article “{id}”."),
    "empty": ("档案还是空的。", "The archive is still empty."),
    "no_more": ("没有更多段落了。", "There are no further passages."),
    "latest": ("最新文章", "Latest articles"),
    "found": ("找到的段落：{words}", "Passages for {words}"),
    "further": ("更多段落", "Further passages"),
    "choose_language": ("请选择语言：", "Choose a language:"),
    "language_auto": ("跟随问题", "as the question"),
    "language_set": ("好的，用中文。", "All right, English it is."),
    "language_auto_set": ("好的，问什么语言就答什么语言。", "All right, I answer in the language of the question."),
    "settings": ("设置", "Settings"),
    "length": ("回答长短", "Length"),
    "length_short": ("短", "short"),
    "length_normal": ("中", "normal"),
    "length_long": ("长", "long"),
    "sources_setting": ("列出来源", "List sources"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    "enabled": ("在本群回答", "Answer in this group"),
    "set": ("已设置。", "Set."),
    "admins_only": ("只有群管理员可以这样做。", "Only administrators of this group can do that."),
    "privacy": (
        "我保存：您的问题和我的回答（以便追问、改问和打开来源，180天后删除）、您的评价（连同所评的问题和回答）、"
        "设置、搜索词，以及当天提问的次数。这些只在运行我的这台机器上，记在您的 Telegram 编号下。"
        "我不保存姓名和电话。\n\n/forget_me 会立刻删除这一切；只有当天的提问次数保留到当天结束。",
        "I keep your questions and my answers (for follow-ups, edits and sources; deleted after 180 days), your votes"
        " (with the question and the answer they are about), settings and search words, and how many questions you"
        " asked today. It stays on the machine I run on, under your Telegram number. I keep no name and no phone"
        " number.\n\n"
        "/forget_me deletes all of it at once; only today's number of questions is kept until the day ends.",
    ),
    "forget_sure": ("删除我保存的关于您的一切？", "Delete everything I keep about you?"),
    "forget_yes": ("删除", "Delete"),
    "forget_no": ("不删除", "Keep"),
    "forgotten": ("已全部删除。", "Everything is deleted."),
    "kept": ("好的，什么都没有删除。", "All right, nothing was deleted."),
    "for_admins": (
        "这个命令只给管理员用。您的编号是 {id}。",
        "This command is for administrators. Your number is {id}.",
    ),
    "stats": (
        "文章 {articles} 篇，段落 {passages} 个，向量 {vectors} 个。\n"
        "今天 {people} 人问了 {questions} 个问题。\n👍 {up}　👎 {down}",
        "{articles} articles, {passages} passages, {vectors} vectors.\n"
        "Today {people} people asked {questions} questions.\n👍 {up}  👎 {down}",
    ),
    "unanswered": ("最近没能回答的问题：", "Questions refused lately:"),
    "all_answered": ("没有未能回答的问题。", "No question was refused."),
    "ingest_how": (
        "请把文件发给我（文本、Markdown、HTML、PDF、DOCX、JSON、JSONL、CSV，最大{most} MB），我会放入档案。",
        "Send me a file (text, Markdown, HTML, PDF, DOCX, JSON, JSONL or CSV, at most {most} MB);"
        " I put it into the archive.",
    ),
    "ingest_big": ("文件太大：最大 {most} MB。", "The file is too large: {most} MB is the most."),
    "ingest_kind": (
        "读不了这种文件。可以是文本、Markdown、HTML、PDF、DOCX、JSON、JSONL 或 CSV。",
        "I cannot read this kind of file. Text, Markdown, HTML, PDF, DOCX, JSON, JSONL or CSV, please.",
    ),
    "ingest_busy": (
        "档案正在写入别的内容，请过一会儿再发一次。",
        "The archive is being written to; send it again in a while.",
    ),
    "ingest_done": (
        "已放入：新增 {added} 篇，更新 {replaced} 篇，未变 {unchanged} 篇，问题 {problems} 处。",
        "Taken in: {added} new, {replaced} replaced, {unchanged} unchanged, {problems} problems.",
    ),
    "ingest_same": ("这个文件已经在档案里，没有变化。", "This file is in the archive already, unchanged."),
    "ingest_begun": ("正在读……", "Reading…"),
    "invite": (
        "邀请码（可用{uses}次）：{code}\n对方发送：/start {code}",
        "Code for {uses}: {code}\nThey send: /start {code}",
    ),
    "group_hello": (
        "大家好！在群里 @{bot} 加问题，或用 /ask 问题，我就在报纸文章里找答案。群管理员可用 /settings。",
        "Hello! Write @{bot} and a question, or /ask question, and I look in the articles. Admins: /settings.",
    ),
    "inline_ask": ("问：{words}", "Ask: {words}"),
    "inline_start": ("打开问报提问", "Ask the bot"),
}
# name: what the menu says, in both languages; whether it stands in the menus of private chats, groups, administrators.
COMMANDS: Mapping[str, tuple[str, str, str]] = {
    "start": ("开始", "begin", "p"),
    "help": ("怎么用", "how to use it", "pg"),
    "ask": ("提问", "ask a question", "g"),
    "new": ("忘掉上文，重新开始", "forget what came before", "pg"),
    "search": ("查找段落", "find passages", "pg"),
    "latest": ("最新文章", "latest articles", "pg"),
    "article": ("按编号打开文章", "open an article by its id", "p"),
    "language": ("语言", "language", "pg"),
    "settings": ("设置", "settings", "pg"),
    "privacy": ("我保存什么", "what is kept", "p"),
    "forget_me": ("删除您的记录", "delete what is kept about you", "p"),
    "stats": ("统计", "numbers", "a"),
    "unanswered": ("没能回答的问题", "questions that were refused", "a"),
    "ingest": ("放入文件", "put a document in", "a"),
    "invite": ("发出邀请码", "make an invitation code", "a"),
}


def say(name: str, language: Language, **values: object) -> str:
    """A fixed sentence, with `values` in their places."""
    zh, en = _PHRASES[name]
    return (zh if language == "zh" else en).format(**values)


def menu_language(code: str | None) -> Language:
    """The language of somebody's Telegram: Chinese or else English."""
    return "zh" if code is None or code.lower().startswith("zh") else "en"
