"""한국어."""

PATH, LANGUAGE = "ko", "한국어"
TITLE = "Guiding Painter"
INTRO = "선화를 올려 주세요. 가장 도움이 되는 곳부터 색을 물어보고, 답할 때마다 그림을 칠해 갑니다."

# Start
UPLOAD_LABEL = "내 그림"
DROP_HERE, OR_CHOOSE = "여기에 그림을 놓으세요", "눌러서 고르거나 붙여 넣어도 됩니다: 그림, PDF, PSD 등이나 저장한 파일"
CAMERA, TAKE_PHOTO = "사진 찍기", "찍기"
EXAMPLES_LABEL = "또는 예시로 시작하기"
EXAMPLE_NAMES = {
    "comic-panel.png": "만화 한 칸", "portrait.png": "인물", "dog.png": "동물", "garden.png": "풍경",
    "pencil.jpg": "연필 스캔", "page.png": "만화 한 페이지", "cats.png": "클립아트", "ladybug.png": "채색된 그림",
}  # fmt: skip
RESUME_LAST = "하던 그림 이어서 하기"
HELP_TITLE = "사용 방법"
HELP = """
1. 밝은 종이에 어두운 선으로 그린 그림을 고르세요. 스캔이나, 책상 위의 종이를 찍은 사진도 괜찮습니다.
2. 그림의 한 부분이 밝게 표시됩니다. 추천 색을 한 번 누르거나 Enter 키를 누르세요.
3. 원하는 색을 고르고 그림의 원하는 곳을 눌러도 됩니다. 끌면 여러 부분을 한 번에 칠합니다.
4. 되돌리거나 다시 할 수 있고, 상관없는 곳은 건너뛰거나, 나머지를 모델에 맡길 수 있습니다.
5. 마음에 들면 **마치기**를 누르세요. 그림, 레이어 파일, 그림이 완성되어 가는 영상을 받을 수 있습니다.
"""
OFFER = "### 이미 색이 있는 그림입니다.\n새로 칠할 수 있도록 선만 뽑아낼까요? 손잡이를 움직여 비교해 보세요."
OFFER_LABEL = "그림과 그 선"
TAKE_LINES = "선만 뽑기"
USE_AS_IT_IS = "그대로 쓰기"

# Ask
PANEL = "{count}칸 가운데 {number}번째 칸."
QUESTION = "밝게 표시된 부분은 무슨 색인가요? 그림의 {area}입니다."
ANSWERED = "밝게 표시된 부분의 색을 바꿀까요? 그림의 {area}, 지금은 {color}입니다."
SKIPPED = "건너뛴 이 부분에 색을 칠할까요? 그림의 {area}입니다."
ALL_ASKED = "모든 부분에 색이 있습니다. 마치거나, 색을 골라 바꿀 곳을 누르세요."
UNDER_ONE = "1% 미만"
BLANK = "이 그림에서 닫힌 선을 찾지 못했습니다. 경계를 그리거나 틈을 느슨하게 해 보세요."
NOTES = {
    "page": "이 파일의 {pages}쪽 가운데 {page}쪽입니다.",
    "line_layer": "이 파일의 레이어 가운데 선화만 사용합니다.",
    "animation": "움직이는 그림이라 첫 장면만 사용합니다.",
    "outside_svg": "SVG 안에 들어 있지 않은 그림이나 스크립트는 뺐습니다.",
    "sheet": "사진에서 종이를 잘라 내어 반듯하게 폈습니다.",
    "ruling": "종이에 인쇄된 줄은 뺐습니다.",
    "holds_painting": "이 파일에 저장된 채색이 있지만 여기서는 처음부터 시작합니다.",
    "resumed": "저장했던 곳에서 이어서 합니다.",
    "left_out": "저장할 때와 다르게 부분을 나누어서 바꾼 것 {count}개가 빠졌습니다.",
}
BY_PANEL, PAGE_MAP, MAP_PANEL = "칸마다 차례로", "페이지 지도", "{number}번째 칸: {percent}% 칠함"
CORNERS, CORNERS_HELP = "종이 모서리…", "네 점을 종이의 모서리로 끌거나 화살표 키로 옮기세요."
CORNER_NAMES = ("왼쪽 위 모서리", "오른쪽 위 모서리", "오른쪽 아래 모서리", "왼쪽 아래 모서리")
USE_CORNERS, WHOLE_PHOTO, CANCEL = "이 모서리로 하기", "사진 전체 쓰기", "취소"
COLORS_LOST = "들어갈 곳이 없어진 색: {count}개."
BOARD = "지금 색으로 칠한 그림. 색을 묻는 부분은 줄무늬와 테두리로 표시됩니다"
PROGRESS, PROGRESS_LABEL = "색을 정한 곳 {percent}%", "그림에서 색을 정한 만큼"
ZOOM_IN, ZOOM_OUT, FIT, BEFORE = "확대", "축소", "전체 보기", "누르는 동안 칠하기 전 그림 보기 (B)"
COLOR_LABEL = "색"
HEX_LABEL = "색 코드, 예: #e07a5f"
APPLY = "밝은 부분 칠하기"
SUGGESTION = "밝은 부분에"
COMMON = "기본 색"
PALETTE = "이 그림의 색"
OWN_PALETTE = "내 팔레트"
RECENT = "최근"
CHOOSE_PALETTE = "팔레트나 그림…"
SKIP, UNDO, REDO, PUT_DOWN = "건너뛰기", "되돌리기", "다시 하기", "색 내려놓기"
GUESSES = "추측한 색 모두 보기"
SIMILAR = "비슷한 부분 모두 ({count})"
PROPOSALS, PROPOSAL = "이 중 하나로 시작하거나, 아래에서 계속하세요", "채색 {number}"
GAP, GAP_TIGHT, GAP_LOOSE = "선 틈", "좁게", "넓게"
GAP_HELP = "선의 틈을 얼마나 넓은 것까지 닫을지: 왼쪽은 좁은 틈만, 오른쪽은 넓은 틈도"
FINISH_AUTO, STOP = "모델에 맡기기", "멈추기"
FINISH = "마치기"
START_OVER = "다른 그림"
STRIP_LABEL = "지금까지의 과정: 원하는 단계로 돌아가기"
STRIP_START = "처음"
STRIP_FRAME = "{number}단계까지"
TOOL_LABEL = "그림을 누르면 하는 일"
TOOLS = {
    "paint": ("칠하기", "누르면 그곳의 색을 묻습니다. 먼저 색을 고르면 누른 곳을 그 색으로 칠합니다."),
    "split": ("나누기", "서로 다른 색이 되어야 할 부분을 누르세요. 누른 조각이 따로 떨어집니다."),
    "border": ("경계 그리기", "선이 빠진 곳에 그으세요. 막힌 곳이 따로 한 부분이 됩니다."),
    "erase": ("경계 열기", "선을 가로질러 그으세요. 양쪽이 한 부분이 됩니다."),
    "merge": ("합치기", "밝은 부분과 하나로 합칠 부분을 누르세요."),
    "move": ("옮기기", "선으로 둘러싸인 칸을 누르면 밝은 부분으로 옮겨집니다."),
}
HINT_HELD = "그림을 누르거나 끌면 칠해집니다: {color}. Esc 키를 누르면 색을 내려놓습니다."
DRAW_A_LINE = "누른 채로 선을 그어 주세요."
HELP_PAINT = """
한 부분이 밝게 표시됩니다. 추천 색을 누르거나, Enter 키를 눌러 첫 번째 색을 쓰세요.
원하는 색을 고르고 그림의 원하는 곳을 누르거나 끌어도 됩니다.
휠이나 두 손가락, 단추로 확대하고, 끌어서 움직이고, 두 번 누르면 전체가 보입니다.
부분이 잘못 나뉘었으면 나누기, 경계 그리기, 경계 열기, 합치기, 옮기기를 쓰세요. 모두 되돌릴 수 있습니다.
팔레트 파일이나 그림을 이 화면에 놓으면 그 색을 쓸 수 있습니다.
"""
KEYS = {
    "Enter": "밝은 부분 칠하기", "S": "건너뛰기", "← →": "이전 부분, 다음 부분", "Ctrl+Z": "되돌리기",
    "Ctrl+Shift+Z": "다시 하기", "B": "누르는 동안: 칠하기 전 그림", "+ − 0": "확대, 축소, 전체 보기",
    "Space": "누른 채 끌기: 그림 움직이기", "Esc": "색 내려놓기",
}  # fmt: skip
CLOSE = "닫기"
COLORS = {
    "black": "검정", "white": "흰색", "gray": "회색", "red": "빨강", "orange": "주황", "yellow": "노랑",
    "lime": "연두", "green": "초록", "turquoise": "청록", "sky": "하늘색", "blue": "파랑",
    "purple": "보라", "pink": "분홍", "brown": "갈색", "olive": "올리브색", "beige": "베이지", "cream": "크림색",
}  # fmt: skip
SHADES = {"light": "밝은 {color}", "dark": "어두운 {color}", "grayish": "잿빛 {color}"}

# Finish
DONE = "### 그림이 완성되었습니다."
SLIDER_LABEL = "칠하기 전과 후"
MODE_LABEL = "채색"
MODES = {"flat": "밑색", "painted": "명암 채색"}
LINES = "선 넣기"
TRANSPARENT = "답하지 않은 곳은 투명하게 (PNG)"
DOWNLOADS = {
    "png": "그림 (PNG)", "psd": "레이어 (PSD)", "ora": "레이어 (ORA)", "palette": "팔레트 (GPL)",
    "resume": "나중에 이어서 하기", "film": "영상 (WebP)", "record": "답한 시간 기록 (JSON)",
}  # fmt: skip
GO_ON = "더 칠하기"

# What can go wrong, and what to do
NO_DRAWING = "아직 그림이 없습니다. 그림을 고르거나 예시로 시작하세요."
NO_PICTURE = (
    "이 파일은 그림으로 열 수 없습니다. 온전한 "
    "PNG, JPEG, WebP, GIF, TIFF, BMP, HEIC, AVIF, JPEG XL, PSD, ORA, KRA, PDF, SVG 파일을 올려 주세요."
)
TOO_HEAVY = "파일이 {megabytes}MB보다 큽니다. 더 작게 저장해 주세요."
TOO_LARGE = (
    "파일이 {megapixels}메가픽셀보다 크거나 레이어나 도형이 여기서 열 수 있는 것보다 많습니다. "
    "크기를 줄이거나 PNG로 저장해 주세요."
)
NO_PAGE = "이 파일에 {page}쪽은 없습니다. 1부터 {last}까지 고르세요."
TOO_SMALL = "그림이 {width}x{height}픽셀입니다. 한 변이 {least}픽셀 이상인 그림을 올려 주세요."
TOO_LONG = "그림이 {width}x{height}픽셀이라 칠하기에는 너무 길고 좁습니다. 나누어서 올려 주세요."
NO_SAVED = (
    "여기서 나중에 이어서 하려고 저장한 파일이 아닙니다. .zip으로 끝나는 파일이나 여기서 받은 .psd, .ora 파일을 "
    "고르거나 그림부터 시작하세요."
)
NOT_ARRIVED = "파일이 서버에 오지 않았습니다. 연결을 확인하고 다시 해 주세요."
NO_CAMERA = "카메라가 없거나 브라우저가 쓸 수 없습니다. 파일을 고르세요."
BUSY = "지금 그리는 사람이 많습니다. 없어진 것은 없으니 몇 초 뒤에 다시 해 주세요."
EXPIRED = "한 시간 동안 답이 없어 이 그림은 서버에서 지워졌습니다. 그림을 다시 열어 주세요."
NO_EXAMPLE = "{index}번 예시는 없습니다. 0부터 {last}까지 고르세요."
NO_REGION = "이 그림에 {region}번 부분은 없습니다. {known} 중에서 고르세요."
OUTSIDE = "그림 바깥입니다. 그림 안을 눌러 주세요."
ALL_ANSWERED = "모든 부분을 물어보았습니다. 색을 바꿀 곳을 고르세요."
NOTHING_TO_UNDO = "되돌릴 것이 없습니다."
NOTHING_TO_REDO = "다시 할 것이 없습니다."
NOT_YES_OR_NO = "{what} 값은 {value}입니다. true나 false로 주세요."
NO_STEP = "{step}단계는 없습니다. 0부터 {last}까지 고르세요."
NO_COLOR = "{color}은(는) 색이 아닙니다. #e07a5f, rgb(224, 122, 95), hsl(13, 67%, 63%)처럼 써 주세요."
NO_ROOM = "지금 서버에 파일을 둘 자리가 없습니다. 없어진 것은 없으니 몇 분 뒤에 다시 해 주세요."
NO_KIND = "{kind}은(는) 여기서 만드는 파일이 아닙니다. {known} 중에서 고르세요."
NO_MODE = "{mode}은(는) 채색 방법이 아닙니다. flat이나 painted를 고르세요."
NO_UNANSWERED = "{unanswered}은(는) 답이 없는 곳을 칠하는 방법이 아닙니다. guess나 paper를 고르세요."
NO_SPLIT = "이 부분은 한 조각이라 나눌 것이 없습니다. 그 안에 경계를 그려 주세요."
NO_CUT = "이렇게 자르면 나뉘지 않습니다. 한 부분의 가장자리에서 서로 마주 보는 두 곳을 눌러 주세요."
NO_BORDER = "이 경계로는 닫히는 곳이 없습니다. 선에서 선까지, 또는 고리 모양으로 그려 주세요."
NO_ERASE = "이 선에는 경계가 없습니다. 한 부분에서 다른 부분으로 가로질러 그어 주세요."
NO_MERGE = "밝은 부분 자신입니다. 합칠 다른 부분을 눌러 주세요."
NO_MOVE = "이 칸은 이미 밝은 부분에 있습니다. 밝지 않은 칸을 눌러 주세요."
NO_PROPOSAL = "그 채색은 더 이상 고를 수 없습니다. 지금 보이는 그림에서 계속하세요."
NO_PANEL = "그런 칸은 없습니다. 페이지 지도에서 고르세요."
MANY_PANELS = "이 페이지에는 칸이 {most}개보다 많아 하나씩 물어볼 수 없습니다. 한 장으로 칠해 주세요."
NO_CORNERS = "종이 모양이 아닙니다. 네 점을 서로 떨어뜨려 종이의 모서리에 하나씩 놓으세요."
PALETTE_FIRST = "팔레트 파일 같습니다. 먼저 그림을 열고, 그 위에 팔레트를 놓아 주세요."
NO_PALETTE = "이 파일에는 색이 없습니다. 팔레트(.gpl, .ase, .aco, .hex, .json 등)나 그림을 주세요."
LONG_STROKE = "선의 점이 {most}개보다 많습니다. 더 짧게 그어 주세요."
TOO_MANY_STEPS = "이 그림은 단계가 {most}개라 더 둘 수 없습니다. 마치거나 몇 단계 되돌려 주세요."
LOST = "서버에 전해지지 않았습니다. 연결을 확인해 주세요. 지금 보이는 것이 서버에 있는 그림입니다."

# The user study
STUDY_INTRO = """
그림 몇 장을 두 번씩 칠하게 됩니다. 한 번은 프로그램이 부분마다 색을 차례로 물어보고, 한 번은 칠할 곳을 직접 누릅니다.
원하는 대로 칠하고, 만족하면 멈추세요. 그림마다 얼마나 잘 되었는지, 끝으로 두 방법이 얼마나 편했는지 물어봅니다.

답과 답 사이의 시간(초)만 기록되며, 개인 정보는 기록되지 않습니다.
"""
STUDY_BEGIN, STUDY_NEXT, STUDY_FINISH, STUDY_AGAIN = "시작", "다음", "마치기", "다음 사람 시작하기"
STUDY_PLACE = "그림 {number} / {count}"
STUDY_ASK_PART = "### 밝게 표시된 부분은 무슨 색인가요?"
STUDY_ASK_POINT = "### 왼쪽 그림에서 칠할 곳을 누르세요."
STUDY_ASK_COLOR = "### 누른 곳은 무슨 색인가요?"
STUDY_ALL_ASKED = "### 모든 부분을 물어보았습니다. 그림이 완성되었나요?"
STUDY_DRAWING, STUDY_PICTURE = "선화", "지금까지의 그림"
STUDY_APPLY, STUDY_DONE = "이 색으로 칠하기", "그림 완성"
STUDY_QUALITY = "그림이 얼마나 잘 되었나요? 1은 나쁨, 5는 매우 좋음입니다."
STUDY_CONVENIENCE = {
    "questions": "색을 물어보는 방법은 얼마나 편했나요? 1은 전혀, 5는 매우입니다.",
    "points": "곳을 직접 누르는 방법은 얼마나 편했나요? 1은 전혀, 5는 매우입니다.",
}
STUDY_THANKS = "### 모두 끝났습니다. 감사합니다!"
STUDY_NO_POINTS = "이번에는 프로그램이 곳을 정합니다. 밝게 표시된 부분의 색을 고르세요."
STUDY_NO_POINT = "먼저 그림에서 칠할 곳을 누르세요."
STUDY_NO_SKIP = "건너뛸 질문이 없습니다. 그림에서 칠할 곳을 누르세요."
STUDY_NO_SCORE = "먼저 1에서 5 사이의 숫자를 고르세요."
STUDY_NOTHING_DONE = "아직 칠한 곳이 없습니다. 색을 하나 이상 주세요."
STUDY_NOT_OPENED = "서버에서 {drawing} 파일을 열 수 없습니다. 연구 진행자에게 알린 뒤 다시 누르세요."
STUDY_NOT_WRITTEN = "서버에 답을 저장할 수 없습니다. 연구 진행자에게 알린 뒤 다시 누르세요."
STUDY_GONE = "이 세션은 더 이상 없습니다. 페이지를 새로 열어 다시 시작하세요."
